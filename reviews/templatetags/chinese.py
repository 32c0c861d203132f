"""Parts of a page that are Chinese for every reader: the official papers."""

from django import template

from web.words import in_chinese

register = template.Library()


class _Chinese(template.Node):
    def __init__(self, nodes):
        self.nodelist = nodes

    def render(self, context):
        with in_chinese():
            return self.nodelist.render(context)


@register.tag
def chinese(parser, token):
    """``{% chinese %}…{% endchinese %}``: a paper as the notice prints it, whatever the language of the page."""
    nodes = parser.parse(("endchinese",))
    parser.delete_first_token()
    return _Chinese(nodes)
