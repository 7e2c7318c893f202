"""Every snippet of every page runs, and prints what the page says."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from .snippets import blocks_of, is_runnable, run_page, snippets_of

PROJECT = Path(__file__).resolve().parents[3]
BINDING = PROJECT / "bindings/python"
PAGES = [PROJECT / "README.md", BINDING / "README.md", *sorted(BINDING.glob("docs/*.md"))]
SECONDS_MAX = 120  # a guard against a hang, no measure of anything


def name_of(page: Path) -> str:
    """What a page is called among the tests."""
    return str(page.relative_to(PROJECT))


pages = pytest.mark.parametrize("page", PAGES, ids=name_of)


def shown_tests(page: Path) -> list[str]:
    """The names of the test functions that a page shows."""
    found = []
    for block in blocks_of(page):
        if block.language == "python":
            found += re.findall(r"^def (test_\w+)", block.text, re.MULTILINE)
    return found


def run(*command: str | Path, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_pages() -> None:
    names = {page.name for page in PAGES}
    assert {"README.md", "tour.md", "pykka.md", "testing.md", "asyncio.md"} <= names


@pages
def test_a_pages_snippets_run_from_top_to_bottom(page: Path, tmp_path: Path) -> None:
    assert any(block.language == "python" for block, _ in snippets_of(page))
    run(Path(__file__).with_name("snippets.py"), page, folder=tmp_path)


@pytest.mark.parametrize("page", [page for page in PAGES if shown_tests(page)], ids=name_of)
def test_the_tests_that_a_page_shows_pass(page: Path, tmp_path: Path) -> None:
    snippets = [block for block, _ in snippets_of(page) if block.language == "python"]
    module = tmp_path / "test_page.py"
    module.write_text("\n".join(block.text for block in snippets if is_runnable(block)))
    installed = any(point.name == "backstage" for point in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "backstage.pytest_plugin"]
    options = ["-p", "no:cacheprovider", "--strict-markers", "-W", "error"]
    run("-m", "pytest", *plugin, *options, module, folder=tmp_path)


@pages
def test_a_pages_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#]*)(#[^)]*)?\)", text)
    for target, anchor in links:
        if target.startswith(("http:", "https:")):
            continue
        file = page.parent / target if target else page
        assert file.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor[1:] in anchors_of(file), f"{page.name}: {target}{anchor}"


def anchors_of(page: Path) -> set[str]:
    """What links to a page's headings end in."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


# ---- The runner itself

PAGE = """
```python
x = 6
print(x)
```

```text
{shown}
```

<!-- needs: no_such_module -->
```python
import no_such_module
```

```python
assert x * 7 == {product}
```
"""


def write(folder: Path, text: str) -> Path:
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    return page


def test_a_page_as_it_should_be_passes(tmp_path: Path) -> None:
    run_page(write(tmp_path, PAGE.format(shown="6", product="42")))


def test_other_output_than_shown_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"page\.md:3: .*\n.*\n.*\n-7\n\+6"):
        run_page(write(tmp_path, PAGE.format(shown="7", product="42")))


def test_output_that_is_not_shown_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="7"):
        run_page(write(tmp_path, "```python\nprint(7)\n```\n"))


def test_a_snippet_that_fails_is_found_with_its_line(tmp_path: Path) -> None:
    page = write(tmp_path, PAGE.format(shown="6", product="43"))
    with pytest.raises(AssertionError) as caught:
        run_page(page)
    place = caught.traceback[-1]
    assert (Path(place.path), place.lineno + 1) == (page, 17)


def test_output_of_nothing_is_found(tmp_path: Path) -> None:
    with pytest.raises(SyntaxError, match="output, but of what"):
        run_page(write(tmp_path, "```text\n7\n```\n"))


def test_a_block_without_an_end_is_found(tmp_path: Path) -> None:
    with pytest.raises(SyntaxError, match="no end"):
        run_page(write(tmp_path, "```python\n7\n"))
