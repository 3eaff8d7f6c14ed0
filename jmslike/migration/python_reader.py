"""One reading of a Python program: statement by statement, with what each expression is known to be."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Final

from jmslike.migration.calls import Call
from jmslike.migration.python_names import (
    OTHER,
    Known,
    by_its_use,
    item_of,
    items_of,
    java_accessors,
    java_method,
    made_by,
    member_of,
    result,
    result_of_other,
)
from jmslike.migration.python_scope import Findings, Names, Scope

_MESSAGE: Final = Known("value", "Message")
_MARK: Final = Known("value", "listening.jms_listener")
_SET_LISTENER: Final = "setMessageListener"
_LISTENER_ATTRIBUTES: Final = ("message_listener", "messageListener")
_CALLBACKS: Final = ("onMessage", "on_message", "onCompletion", "on_completion")
"""The methods of listeners, whose first argument is a message."""
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


class PythonReader(ast.NodeVisitor):
    """Reads a tree once, from its top to its bottom, and collects its calls.

    `in_seconds` is for programs in the names of jmslike, where receive(0) does not wait.
    """

    def __init__(self, source: str, constants: Mapping[str, ast.expr], findings: Findings, *, in_seconds: bool) -> None:
        self.calls: list[Call] = []
        self._lines = [line.encode() for line in source.split("\n")]
        self._constants = constants
        self._findings = findings
        self._scope = Scope(findings.module)
        self._in_seconds = in_seconds

    def generic_visit(self, node: ast.AST) -> Known | None:
        """Read the parts of a node in their order; of a comprehension, its loops first."""
        if isinstance(node, _Comprehension):
            return self._comprehension(node)
        super().generic_visit(node)
        return OTHER

    # ---- statements -------------------------------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        """Bind what is imported."""
        self._scope.bind_imports(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Bind what is imported."""
        self._scope.bind_imports(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Bind the targets."""
        self._assign_all(node.targets, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Bind the target to what its annotation says, or its value."""
        known = None if node.value is None else self._value(node.value)
        self._assign(node.target, self._scope.annotated(node.annotation) or known, node.value)

    def visit_withitem(self, node: ast.withitem) -> None:
        """Bind the target to the object itself: those of JMS return themselves."""
        known = self._value(node.context_expr)
        if node.optional_vars is not None:
            self._assign(node.optional_vars, known, None)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        """Bind the target to an item."""
        self._assign(node.target, item_of(self._value(node.iter)), None)
        for statement in [*node.body, *node.orelse]:
            self.visit(statement)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        """Bind the target to an item."""
        self.visit_For(node)

    def visit_Return(self, node: ast.Return) -> None:
        """Note what the function returns."""
        known = OTHER if node.value is None else self._value(node.value)
        self._findings.returns(self._scope.function, known)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Bind the exception."""
        if node.name is not None:
            self._scope.bind(node.name, self._scope.annotated(node.type))
        self.generic_visit(node)

    def _assign_all(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        match targets, value:
            case [ast.Tuple(elts=parts)], ast.Tuple(elts=values) if len(parts) == len(values):
                for part, each in zip(parts, values, strict=True):
                    self._assign_all([part], each)
            case _:
                listens = any(isinstance(each, ast.Attribute) and each.attr in _LISTENER_ATTRIBUTES for each in targets)
                known = self._argument(value, is_listener=listens)
                for target in targets:
                    self._assign(target, known, value)

    def _assign(self, target: ast.expr, known: Known | None, value: ast.expr | None) -> None:
        match target:
            case ast.Name(id=name):
                self._scope.bind(name, known)
            case ast.Attribute():
                self._assign_attribute(target, known, value)
            case ast.Subscript(value=ast.Attribute(attr="properties", value=message), slice=key) if value is not None:
                self._property(target, message, "setObjectProperty", [key, value])
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._assign(part, None, None)
            case ast.Starred(value=inner):
                self._assign(inner, None, None)
            case _:
                self._value(target)

    def _assign_attribute(self, target: ast.Attribute, known: Known | None, value: ast.expr | None) -> None:
        owner = self._value(target.value)
        match owner:
            case Known(kind="own" | "own class", name=name):
                self._findings.set_attribute(name, target.attr, known)
            case Known(kind="value", name=name) if (accessors := java_accessors(name, target.attr)) is not None:
                self._set(target, name, accessors[1], known, value)
            case None if target.attr in _LISTENER_ATTRIBUTES:
                self._set(target, None, _SET_LISTENER, known, value)

    def _set(
        self, target: ast.Attribute, owner: str | None, setter: str, known: Known | None, value: ast.expr | None
    ) -> None:
        """Note an assignment as the call of a setter; the value of a loop or a with statement has no source."""
        arguments = [] if value is None else [value]
        self._note(target, owner, setter, arguments, [known], text=" = ".join(map(self._text, [target, *arguments])))

    # ---- definitions ------------------------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Bind the name, and read the body with what is known of the parameters."""
        marks = [self._value(decorator) for decorator in node.decorator_list]
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self._value(default)
        name = self._scope.full(node.name)
        self._scope.bind(node.name, Known("function", name))
        self._findings.returns(name, self._scope.annotated(node.returns))
        own = self._scope.of_class if self._scope.is_class_body else None
        is_static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)
        is_listener = (
            _MARK in marks or name in self._findings.listeners or (own is not None and node.name in _CALLBACKS)
        )
        if own is not None:
            self._findings.set_attribute(own, node.name, Known("function", name))
        names = self._parameters(node.args, None if is_static else own, is_listener=is_listener)
        with self._scope.inside(node.name, names):
            for statement in node.body:
                self.visit(statement)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """Read it as another function."""
        self.visit_FunctionDef(node)

    def _parameters(self, arguments: ast.arguments, own: str | None, *, is_listener: bool) -> Names:
        """Return what the parameters of a function are: the object, what annotations say, the message of a listener."""
        parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        names: Names = {}
        if own is not None and parameters:
            names[parameters.pop(0).arg] = Known("own", own)
        for number, parameter in enumerate(parameters):
            known = self._scope.annotated(parameter.annotation)
            names[parameter.arg] = _MESSAGE if known is None and is_listener and number == 0 else known
        return names

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Bind the name, and note the attributes of its objects."""
        for part in [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]:
            self._value(part)
        name = self._scope.full(node.name)
        self._scope.bind(node.name, Known("own class", name))
        names: Names = {}
        with self._scope.inside(node.name, names, is_class=True):
            for statement in node.body:
                self.visit(statement)
        for attribute, known in names.items():
            self._findings.set_attribute(name, attribute, known)

    # ---- expressions ------------------------------------------------------------------------------------------------

    def _value(self, node: ast.expr) -> Known | None:
        """Read an expression, and return what it is; None for the unknown."""
        known: Known | None = self.visit(node)
        return known

    def visit_Name(self, node: ast.Name) -> Known | None:
        """Return what the name is."""
        return self._scope.look_up(node.id)

    def visit_Await(self, node: ast.Await) -> Known | None:
        """Return what the coroutine returns."""
        return self._value(node.value)

    def visit_Starred(self, node: ast.Starred) -> None:
        """Read what is unpacked."""
        self.visit(node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Known | None:
        """Bind the name."""
        known = self._value(node.value)
        self._assign(node.target, known, node.value)
        return known

    def visit_IfExp(self, node: ast.IfExp) -> Known | None:
        """Return what both are."""
        self.visit(node.test)
        return _either([self._value(node.body), self._value(node.orelse)])

    def visit_BoolOp(self, node: ast.BoolOp) -> Known | None:
        """Return what the expression is where it is true: of `and`, the last; of `or`, any."""
        known = [self._value(value) for value in node.values]
        return known[-1] if isinstance(node.op, ast.And) else _either(known)

    def visit_Lambda(self, node: ast.Lambda) -> Known:
        """Read the body."""
        return self._lambda(node, is_listener=False)

    def visit_List(self, node: ast.List | ast.Tuple | ast.Set) -> Known | None:
        """Return what all items are; what is empty may get any."""
        return items_of(_either([self._value(item) for item in node.elts])) if node.elts else None

    def visit_Tuple(self, node: ast.Tuple) -> Known | None:
        """Return what all items are."""
        return self.visit_List(node)

    def visit_Set(self, node: ast.Set) -> Known | None:
        """Return what all items are."""
        return self.visit_List(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        """Read the items."""
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> Known | None:
        """Read an element, which may be of JMS; or a message's property."""
        if isinstance(node.value, ast.Attribute) and node.value.attr == "properties":
            return self._property(node, node.value.value, "getObjectProperty", [node.slice])
        self.generic_visit(node)
        return None

    def _lambda(self, node: ast.Lambda, *, is_listener: bool) -> Known:
        with self._scope.inside("<lambda>", self._parameters(node.args, None, is_listener=is_listener)):
            self._value(node.body)
        return OTHER

    def _comprehension(self, node: _Comprehension) -> Known | None:
        with self._scope.inside("<comprehension>", {}):
            for generator in node.generators:
                self.visit(generator)
            if not isinstance(node, ast.DictComp):
                return items_of(self._value(node.elt))
            self.visit(node.key)
            self.visit(node.value)
            return None

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Bind the target to an item."""
        self._assign(node.target, item_of(self._value(node.iter)), None)
        for condition in node.ifs:
            self.visit(condition)

    def visit_Attribute(self, node: ast.Attribute) -> Known | None:
        """Read an attribute of an object of JMS, or a member of something else."""
        owner = self._value(node.value)
        if owner is None or owner.kind != "value":
            return self._member_of(owner, node.attr)
        accessors = java_accessors(owner.name, node.attr)
        if accessors is None or node.attr.isupper():
            return OTHER
        self._note(node, owner.name, accessors[0], [], [])
        return result(owner.name, accessors[0])

    def _member_of(self, owner: Known | None, name: str) -> Known | None:
        """Return a member of what is no object of JMS: of a module, of an object or a class of the program."""
        match owner:
            case None:
                return None
            case Known(kind="module", name=path):
                return member_of(path, name)
            case Known(kind="own" | "own class", name=of):
                return self._findings.attribute(of, name)
            case _:
                return OTHER

    def visit_Call(self, node: ast.Call) -> Known | None:
        """Read a call of a method, a constructor or a function."""
        match node.func:
            case ast.Attribute(value=owner, attr=name):
                known = by_its_use(self._value(owner), name)
                if known is None or known.kind == "value":
                    return self._method(node, known, name)
                function = self._member_of(known, name)
            case _:
                name = node.func.id if isinstance(node.func, ast.Name) else ""
                function = self._value(node.func)
        types = [self._value(argument) for argument in _arguments(node)]
        match function:
            case Known(kind="class", name=made):
                self._note(node, made, "new", node.args, types, node.keywords)
                return Known("value", made)
            case Known(kind="function", name=full) if (made_here := made_by(full)) is not None:
                self._note(node, made_here, "new", node.args, types, node.keywords)
                return Known("value", made_here)
            case Known(kind="function", name=full):
                return self._findings.returned.get(full)
            case Known(kind="own class", name=own):
                return Known("own", own)
            case None:
                return None
            case _:
                return result_of_other(name, types[0] if types else None)

    def _method(self, node: ast.Call, owner: Known | None, name: str) -> Known | None:
        """Read a call of a method of JMS, or of an unknown object."""
        of = None if owner is None else owner.name
        member = java_method(of, name)
        types = [self._argument(each, is_listener=member == _SET_LISTENER) for each in _arguments(node)]
        if member == "receive" and self._in_seconds and [self._text(each) for each in _arguments(node)] == ["0"]:
            member = "receiveNoWait"
        self._note(node, of, member, node.args, types, node.keywords)
        return None if of is None else result(of, member)

    def _argument(self, node: ast.expr, *, is_listener: bool) -> Known | None:
        """Read an argument; a function that becomes a message listener is one from the next reading on."""
        if is_listener and isinstance(node, ast.Lambda):
            return self._lambda(node, is_listener=True)
        known = self._value(node)
        if is_listener and known is not None and known.kind == "function":
            self._findings.listeners.add(known.name)
        return known

    def _property(self, node: ast.expr, message: ast.expr, member: str, arguments: Sequence[ast.expr]) -> Known | None:
        """Read `message.properties[name]`."""
        owner = self._value(message)
        self._value(arguments[0])
        if owner is None or owner.kind != "value":
            return None
        text = " = ".join(map(self._text, [node, *arguments[1:]]))
        self._note(node, owner.name, member, arguments, [], text=text)
        return OTHER

    # ---- calls ------------------------------------------------------------------------------------------------------

    def _note(
        self,
        node: ast.expr,
        owner: str | None,
        member: str,
        arguments: Sequence[ast.expr],
        known: Sequence[Known | None],
        keywords: Sequence[ast.keyword] = (),
        text: str = "",
    ) -> None:
        texts = [self._constant(argument) for argument in arguments]
        texts += [f"{each.arg or '**'}={self._constant(each.value)}" for each in keywords]
        types = [each.name if each is not None and each.kind == "value" else None for each in known]
        place = node.func if isinstance(node, ast.Call) else node
        line = place.end_lineno or place.lineno
        self.calls.append(Call(line, owner, member, tuple(texts), text or self._text(node), tuple(types)))

    def _constant(self, node: ast.expr) -> str:
        """Return the source of an argument, of a constant of the file that of its value."""
        return self._text(self._constants.get(node.id, node) if isinstance(node, ast.Name) else node)

    def _text(self, node: ast.expr) -> str:
        """Return the source of an expression in one line."""
        assert node.end_lineno is not None
        lines = self._lines[node.lineno - 1 : node.end_lineno]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return " ".join(b" ".join(lines).decode().split())


def _arguments(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def _either(found: Sequence[Known | None]) -> Known | None:
    """Return what one of these expressions is, where only one is of JMS."""
    kinds = {each for each in found if each != OTHER}
    return kinds.pop() if len(kinds) == 1 else None if kinds else OTHER
