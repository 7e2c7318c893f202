"""The source distribution holds all that a wheel is built from, far as some of it lies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# Folders of the source tree whose every file is needed.
NEEDED = ("cmake", "include", "Sources/BackstageABI", "Sources/BackstageCore", "Sources/CLibev")
BUILD = "import sys; from scikit_build_core.build import build_sdist; build_sdist(sys.argv[1])"


@pytest.fixture
def sdist(root: Path, tmp_path: Path) -> Path:
    """A source distribution, unpacked."""
    project = root / "bindings" / "python"
    subprocess.run([sys.executable, "-c", BUILD, tmp_path], cwd=project, check=True)
    (archive,) = tmp_path.glob("backstage-*.tar.gz")
    subprocess.run(["tar", "xf", archive, "-C", tmp_path], check=True)
    return archive.with_name(archive.name.removesuffix(".tar.gz"))


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_the_sources_are_all_there(root: Path, sdist: Path) -> None:
    for folder in NEEDED:
        assert files(sdist / "engine" / folder) == files(root / folder)
    package = Path("src", "backstage")
    assert files(sdist / package) == files(root / "bindings" / "python" / package)
    assert (sdist / "LICENSE").read_bytes() == (root / "LICENSE").read_bytes()


def test_cmake_takes_it(sdist: Path, tmp_path: Path) -> None:
    options = {
        "SKBUILD": "2",
        "SKBUILD_PROJECT_NAME": "backstage",
        "SKBUILD_PROJECT_VERSION": sdist.name.removeprefix("backstage-"),
        "BACKSTAGE_BUILD_EXAMPLES": "OFF",
        "BACKSTAGE_BUILD_TESTS": "OFF",
    }
    defines = [f"-D{name}={value}" for name, value in options.items()]
    build = tmp_path / "build"
    command = ["cmake", "-G", "Ninja", "-S", str(sdist / "engine"), "-B", str(build)]
    subprocess.run([*command, *defines], check=True)
    assert (build / "build.ninja").exists()
