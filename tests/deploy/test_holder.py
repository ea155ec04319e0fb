"""What the holder is made of: Python alone, and all of it compared with what a release brings."""

import subprocess
import sys
from pathlib import Path

from service.hosting.holder import CODE
from tests.imports import ROOT, find_closure


def test_the_holder_is_compared_by_each_module_that_it_imports():
    closure = find_closure(Path("service/hosting/holder.py"))
    assert {path.relative_to(ROOT) for path in CODE} == closure


def test_the_holder_and_what_runs_beside_it_need_python_alone():
    names = ("holder", "probe", "within")
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from service.hosting import {', '.join(names)}"
    subprocess.run([sys.executable, "-ISc", code], cwd="/", check=True)
