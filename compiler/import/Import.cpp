#include "compiler/import/Import.h"

#include "compiler/dialect/Mercer.h"

using namespace mlir;

namespace mercer::compiler {
namespace {

/// For each check the number of checks, one after the other, that must hold before it can be evaluated: those of the subscripts
/// of what it reads itself.
SmallVector<int64_t> roundsOfChecks(const dsl::Graph &graph) {
  SmallVector<int64_t> earliest(graph.nodes.size(), 0); // of each node
  auto at = [&](dsl::NodeId id) { return id == dsl::noNode ? 0 : earliest[id]; };
  auto round = [&](const dsl::Graph::Check &check) { return std::max({at(check.subscript), at(check.size), at(check.guard)}); };
  auto known = [](const dsl::Graph::Check &check, dsl::NodeId id) {
    return std::max({check.subscript, check.size, check.guard}) < id;
  };
  DenseMap<dsl::NodeId, SmallVector<const dsl::Graph::Check *>> bySubscript;
  for (const dsl::Graph::Check &check : graph.checks)
    bySubscript[check.subscript].push_back(&check);
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const dsl::Graph::Node &node = graph.nodes[n];
    auto id = static_cast<dsl::NodeId>(n);
    int64_t &own = earliest[n];
    auto needs = [&](dsl::NodeId operand) { own = std::max(own, at(operand)); };
    for (dsl::NodeId operand : node.operands) {
      needs(operand);
      if (node.kind == dsl::NodeKind::read || node.kind == dsl::NodeKind::read_array)
        for (const dsl::Graph::Check *check : bySubscript.lookup(operand))
          if (known(*check, id))
            own = std::max(own, round(*check) + 1);
    }
    needs(node.guard);
    for (std::int32_t index : node.indices)
      needs(graph.indices[index].extent);
    if (node.kind == dsl::NodeKind::index)
      needs(graph.indices[node.symbol].extent);
    bool derivative = node.kind == dsl::NodeKind::tangent;
    if (node.kind == dsl::NodeKind::read_array) {
      const dsl::Graph::Array &array = graph.arrays[node.symbol];
      derivative |= array.gradientOf != dsl::noNode;
      needs(array.value);
      for (std::int32_t index : array.indices)
        needs(graph.indices[index].extent);
    }
    if (derivative) // which elements it reads is not known yet
      for (const dsl::Graph::Check &check : graph.checks)
        if (known(check, id))
          own = std::max(own, round(check) + 1);
  }
  return llvm::map_to_vector(graph.checks, round);
}

class Importer {
public:
  Importer(MLIRContext &context, const dsl::Graph &graph, ArrayRef<DType> inputTypes, DType arithmetic,
           ArrayRef<DType> outputTypes)
      : context_(context), graph_(graph), inputTypes_(inputTypes), outputTypes_(outputTypes), builder_(&context),
        real_(storageType(context, arithmetic)), nodes_(graph.nodes.size()), indices_(graph.indices.size()),
        arrays_(graph.arrays.size()) {}

  OwningOpRef<ModuleOp> run() {
    Location loc = location(graph_.where);
    OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
    builder_.setInsertionPointToEnd(module->getBody());
    SmallVector<StringRef> names;
    for (const dsl::Graph::Input &input : graph_.inputs)
      names.push_back(input.name);
    OperationState state(loc, ir::ProgramOp::getOperationName());
    ir::ProgramOp::build(builder_, state, graph_.name, builder_.getStrArrayAttr(names));
    auto program = cast<ir::ProgramOp>(builder_.create(state));
    program->setAttr(ir::sizesAttribute, sizes());
    Block &block = program.getBody().emplaceBlock();
    for (auto [input, dtype] : llvm::zip_equal(graph_.inputs, inputTypes_))
      block.addArgument(ir::ArrayType::get(&context_, static_cast<unsigned>(input.rank), storageType(context_, dtype)),
                        location(input.where));
    block_ = &block;
    builder_.setInsertionPointToEnd(&block);
    for (size_t id = 0; id < graph_.nodes.size(); ++id)
      nodes_[id] = node(graph_.nodes[id]);
    for (auto [check, round] : llvm::zip_equal(graph_.checks, roundsOfChecks(graph_))) {
      auto op = ir::CheckOp::create(builder_, location(check.where), check.tensor, check.dimension, check.text,
                                    indices(check.indices), nodes_[check.subscript], nodes_[check.size], value(check.guard));
      op->setAttr(ir::roundAttribute, builder_.getI64IntegerAttr(round));
    }
    for (auto [n, output] : llvm::enumerate(graph_.outputs)) {
      auto op = ir::OutputOp::create(builder_, location(output.where), output.name, indices(output.indices), nodes_[output.value]);
      Type value = op.getValue().getType(), element = n < outputTypes_.size() ? storageType(context_, outputTypes_[n]) : value;
      if (element != value && isa<FloatType>(value) && isa<FloatType>(element))
        op->setAttr(ir::elementAttribute, TypeAttr::get(element));
    }
    return module;
  }

private:
  Location location(const std::source_location &where) {
    return FileLineColLoc::get(&context_, where.file_name(), where.line(), where.column());
  }

  /// For each input, for each dimension, input and dimension of the first of the same size.
  ArrayAttr sizes() {
    SmallVector<Attribute> all;
    for (const dsl::Graph::Input &input : graph_.inputs) {
      SmallVector<int64_t> same;
      for (auto [other, dimension] : input.sameAs)
        same.append({other, dimension});
      all.push_back(builder_.getDenseI64ArrayAttr(same));
    }
    return builder_.getArrayAttr(all);
  }

  Value value(dsl::NodeId id) { return id == dsl::noNode ? Value() : nodes_[id]; }

  SmallVector<Value> values(ArrayRef<dsl::NodeId> ids) {
    return llvm::map_to_vector(ids, [&](dsl::NodeId id) { return nodes_[id]; });
  }

  Value index(std::int32_t symbol) {
    Value &made = indices_[symbol];
    if (!made) {
      const dsl::Graph::Index &index = graph_.indices[symbol];
      made = ir::IndexOp::create(builder_, location(index.where), index.name, nodes_[index.extent]);
    }
    return made;
  }

  SmallVector<Value> indices(ArrayRef<std::int32_t> symbols) {
    return llvm::map_to_vector(symbols, [&](std::int32_t symbol) { return index(symbol); });
  }

  Value array(std::int32_t symbol) {
    Value &made = arrays_[symbol];
    if (made)
      return made;
    const dsl::Graph::Array &array = graph_.arrays[symbol];
    Location loc = location(array.where);
    if (array.gradientOf == dsl::noNode) {
      auto type = ir::ArrayType::get(&context_, static_cast<unsigned>(array.indices.size()), real_);
      made = ir::ArrayOp::create(builder_, loc, type, array.name, indices(array.indices), nodes_[array.value]);
    } else {
      Value variable = array.variableIsInput ? Value(block_->getArgument(array.variable)) : this->array(array.variable);
      auto type = ir::ArrayType::get(&context_, cast<ir::ArrayType>(variable.getType()).getRank(), real_);
      made = ir::GradientOp::create(builder_, loc, type, nodes_[array.gradientOf], variable);
    }
    return made;
  }

  Type type(Kind kind) {
    return kind == Kind::real ? real_ : kind == Kind::integer ? Type(builder_.getI64Type()) : builder_.getI1Type();
  }

  Value node(const dsl::Graph::Node &node) {
    Location loc = location(node.where);
    if (!node.name.empty())
      loc = NameLoc::get(builder_.getStringAttr(node.name), loc);
    switch (node.kind) {
    case dsl::NodeKind::real_constant:
      return ir::real(builder_, loc, real_, node.real);
    case dsl::NodeKind::integer_constant:
      return ir::integer(builder_, loc, node.integer);
    case dsl::NodeKind::boolean_constant:
      return ir::boolean(builder_, loc, node.integer != 0);
    case dsl::NodeKind::index:
      return index(node.symbol);
    case dsl::NodeKind::size:
      return ir::SizeOp::create(builder_, loc, block_->getArgument(node.symbol), node.integer, IntegerAttr());
    case dsl::NodeKind::apply: {
      auto function = ir::FunctionAttr::get(&context_, node.function);
      return ir::ApplyOp::create(builder_, loc, type(node.type), function, values(node.operands));
    }
    case dsl::NodeKind::reduce:
      return ir::reduce(builder_, loc, node.reduction, indices(node.indices), nodes_[node.operands[0]],
                        node.operands.size() > 1 ? nodes_[node.operands[1]] : Value());
    case dsl::NodeKind::read:
      return ir::ReadOp::create(builder_, loc, type(node.type), block_->getArgument(node.symbol),
                                values(node.operands), value(node.guard));
    case dsl::NodeKind::read_array:
      return ir::ReadOp::create(builder_, loc, type(node.type), array(node.symbol), values(node.operands),
                                value(node.guard));
    case dsl::NodeKind::tangent: {
      SmallVector<Value> variables, tangents;
      for (const dsl::Graph::Node::Direction &direction : node.directions) {
        variables.push_back(block_->getArgument(direction.input));
        tangents.push_back(block_->getArgument(direction.tangent));
      }
      return ir::TangentOp::create(builder_, loc, real_, nodes_[node.operands[0]], variables, tangents);
    }
    }
    return {};
  }

  MLIRContext &context_;
  const dsl::Graph &graph_;
  ArrayRef<DType> inputTypes_, outputTypes_;
  OpBuilder builder_;
  Type real_;
  Block *block_ = nullptr;
  std::vector<Value> nodes_, indices_, arrays_;
};

} // namespace

Type storageType(MLIRContext &context, DType dtype) {
  switch (dtype) {
  case DType::f64:
    return Float64Type::get(&context);
  case DType::f32:
    return Float32Type::get(&context);
  case DType::f16:
    return Float16Type::get(&context);
  case DType::bf16:
    return BFloat16Type::get(&context);
  case DType::i64:
    return IntegerType::get(&context, 64);
  case DType::i32:
    return IntegerType::get(&context, 32);
  case DType::i8:
    return IntegerType::get(&context, 8);
  case DType::boolean:
    return IntegerType::get(&context, 1);
  }
  return {};
}

OwningOpRef<ModuleOp> importGraph(MLIRContext &context, const dsl::Graph &graph, ArrayRef<DType> inputTypes,
                                  DType arithmetic, ArrayRef<DType> outputTypes) {
  return Importer(context, graph, inputTypes, arithmetic, outputTypes).run();
}

} // namespace mercer::compiler
