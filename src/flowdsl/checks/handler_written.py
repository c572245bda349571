"""What is written out in a handler's file: the fields of its dicts, its texts, its constants."""

from __future__ import annotations

import ast

from flowdsl.checks.handler_names import Names, Value
from flowdsl.checks.handler_tree import Function

_AS_DICT = {"model_dump", "dict", "to_dict", "asdict", "_asdict", "to_item", "copy", "items"}


class Written(Names):
    """Reads dicts, texts and constants, names followed."""

    def fields(self, node: ast.expr, function: Function | None, depth: int = 0) -> dict[str, list[Value]] | None:
        """The fields of a dict that is written out in the text, however it is put together; None where it is not.

        Fields that come from elsewhere (`**event`) are missing.
        """
        if depth > 6:
            return None
        if isinstance(node, ast.Dict):
            found: dict[str, list[Value]] = {}
            for key, value in zip(node.keys, node.values, strict=True):
                if key is None:
                    found.update(self.fields(value, function, depth + 1) or {})
                else:
                    text = self.text(key, function)
                    if text is not None:
                        found[text] = [Value(value, function)]
            return found
        if isinstance(node, ast.Name):
            return self._fields_of_name(node, function, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            left, right = self.fields(node.left, function, depth + 1), self.fields(node.right, function, depth + 1)
            return None if left is None and right is None else {**(left or {}), **(right or {})}
        if isinstance(node, ast.DictComp):
            # {k: serialize(v) for k, v in item.items()} has item's fields.
            return self.fields(node.generators[0].iter, function, depth + 1)
        if isinstance(node, ast.Call):
            return self._fields_of_call(node, function, depth)
        return None

    def _fields_of_name(self, node: ast.Name, function: Function | None, depth: int) -> dict[str, list[Value]] | None:
        merged: dict[str, list[Value]] = {}
        known = False
        for value in self.definitions(node.id, function):
            fields = self.fields(value.node, value.function, depth + 1)
            for name, values in (fields or {}).items():
                merged.setdefault(name, []).extend(values)
            known |= fields is not None
        for name, stored in self.stored.get(function, {}).get(node.id, {}).items():
            merged.setdefault(name, []).extend(Value(v, function) for v in stored)
            known = True
        return merged if known else None

    def _fields_of_call(self, node: ast.Call, function: Function | None, depth: int) -> dict[str, list[Value]] | None:
        if isinstance(node.func, ast.Name) and node.func.id == "dict":
            found = {k.arg: [Value(k.value, function)] for k in node.keywords if k.arg}
            for argument in node.args:
                found = {**(self.fields(argument, function, depth + 1) or {}), **found}
            return found
        last = (
            node.func.attr
            if isinstance(node.func, ast.Attribute)
            else node.func.id
            if isinstance(node.func, ast.Name)
            else ""
        )
        if last in _AS_DICT:
            whole = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
            return self.fields(whole, function, depth + 1) if whole is not None else None
        if isinstance(node.func, ast.Name) and node.func.id in self.tree.classes:
            return self._fields_of_object(node, self.tree.classes[node.func.id], function)
        if last in ("dumps", "loads", "deepcopy", "vars") and node.args:
            return self.fields(node.args[0], function, depth + 1)
        other = self.function_called(node, function)
        if other is not None and len(self.returned.get(other, ())) == 1:
            return self.fields(self.returned[other][0], other, depth + 1)
        # Order(id=...), and a helper of another file: item(id=...).
        named = last[:1].isupper() or (isinstance(node.func, ast.Name) and node.func.id in self.tree.imports)
        if named and node.keywords and not node.args:
            return {k.arg: [Value(k.value, function)] for k in node.keywords if k.arg}
        return None

    def _fields_of_object(
        self, node: ast.Call, made: ast.ClassDef, function: Function | None
    ) -> dict[str, list[Value]]:
        """A dataclass's or model's fields: those given, and those that a default factory makes anew each time."""
        names = [s.target.id for s in made.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
        found = {name: [Value(value, function)] for name, value in zip(names, node.args, strict=False)}
        found.update({k.arg: [Value(k.value, function)] for k in node.keywords if k.arg})
        for statement in made.body:
            if (
                isinstance(statement, ast.AnnAssign)
                and isinstance(statement.target, ast.Name)
                and isinstance(statement.value, ast.Call)
            ):
                for keyword in statement.value.keywords:
                    if keyword.arg in ("default_factory", "factory"):
                        found.setdefault(statement.target.id, [Value(keyword.value, None)])
        return found

    def text(self, node: ast.expr | None, function: Function | None, depth: int = 0) -> str | None:
        """A text as far as it is written out, parts that are computed as NUL; None for what is no text."""
        if node is None or depth > 40:
            return None
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            return "".join(self._part(part, function, depth) for part in node.values)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.text(node.left, function, depth + 1), self.text(node.right, function, depth + 1)
            return None if left is None and right is None else f"{left or chr(0)}{right or chr(0)}"
        if isinstance(node, ast.Name):
            found = [self.text(v.node, v.function, depth + 1) for v in self.definitions(node.id, function)]
            known = [t for t in found if t is not None]
            return " ".join(known) if known else None
        if isinstance(node, ast.IfExp):
            both = [t for t in (self.text(n, function, depth + 1) for n in (node.body, node.orelse)) if t is not None]
            return " ".join(both) or None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("format", "strip", "lower", "upper"):
                return self.text(node.func.value, function, depth + 1)
            if node.func.attr == "join" and node.args:
                return self.text(node.args[0], function, depth + 1)
        if isinstance(node, ast.List | ast.Tuple):
            parts = [t for t in (self.text(n, function, depth + 1) for n in node.elts) if t is not None]
            return ", ".join(parts) or None
        if isinstance(node, ast.GeneratorExp | ast.ListComp):
            return self.text(node.elt, function, depth + 1)
        return None

    def _part(self, part: ast.expr, function: Function | None, depth: int) -> str:
        """A piece of an f-string: written out, a name of a constant, or computed (NUL)."""
        if isinstance(part, ast.Constant):
            return str(part.value)
        if isinstance(part, ast.FormattedValue) and part.format_spec is None and isinstance(part.value, ast.Name):
            held = self.settled(part.value, function)
            if isinstance(held.node, ast.Constant):
                return str(held.node.value)
        return "\0"

    def constant(self, node: ast.expr | None, function: Function | None) -> object:
        """The constant a value stands for; None where it is none."""
        if node is None:
            return None
        value = self.settled(node, function).node
        return value.value if isinstance(value, ast.Constant) else None
