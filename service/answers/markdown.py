"""Markdown to HTML as CommonMark has it: in C, in time linear in its length."""


def render_markdown(text: str) -> str:
    """HTML that goes the way of any other body. HTML within Markdown stays, as on Stack Exchange: nothing shows it."""
    from cmarkgfm import markdown_to_html
    from cmarkgfm.cmark import Options

    html: str = markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
    return html
