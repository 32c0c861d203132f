"""Parts of a page that are Chinese for every reader: the official papers."""

from django import template
from django.template import Context
from django.template.base import NodeList, Parser, Token

from web.words import in_chinese

register = template.Library()


class _Chinese(template.Node):
    def __init__(self, nodes: NodeList) -> None:
        self.nodelist = nodes

    def render(self, context: Context) -> str:
        with in_chinese():
            return self.nodelist.render(context)


@register.tag
def chinese(parser: Parser, token: Token) -> _Chinese:
    """``{% chinese %}…{% endchinese %}``: a paper as the notice prints it, whatever the language of the page."""
    nodes = parser.parse(("endchinese",))
    parser.delete_first_token()
    return _Chinese(nodes)
