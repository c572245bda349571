"""formatted(): a definition's text in its canonical form. What the text holds stays as it is, placeholders included."""

from __future__ import annotations

from flowdsl.asl.cloudformation import is_template
from flowdsl.asl.dump import dumps
from flowdsl.asl.json_text import read_json
from flowdsl.asl.source_text import SourceText, Unreadable
from flowdsl.asl.values import described, is_object


def formatted(text: str, path: str = "definition") -> str:
    """The canonical form of a JSON definition. Raises FlowDslError for what is no JSON, and for a template."""
    source = SourceText(path, text)
    if not path.lower().endswith((".yaml", ".yml")):
        document = read_json(source)
        if is_object(document.value):
            if not is_template(document.value):
                return dumps(document.value, bare=True)
            raise Unreadable("this is a template; fmt takes a file that is one definition", source.at(0))
        message = f"Definition must be a valid JSON object with StartAt and States, not {described(document.value)}"
        raise Unreadable(message, document.at(""))
    raise Unreadable("fmt writes JSON; a YAML file keeps its own layout and its comments", source.at(0))
