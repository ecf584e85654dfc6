"""The vocabulary of the code and the documentation: standard terms, plain sentences, small modules."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, pages

PACKAGES = ("licensing", "models", "resolvers", "schema", "server")
CODE = [*PACKAGES, "tests", "bench"]
MAX_MODULES_IN_FOLDER = 16
MAX_LINES = 300
MAX_SHARE_OF_BARE_CLAUSES = 0.05
BARE_CLAUSES = frozenset({"what", "who", "whom", "whose", "where", "whether", "how", "nobody", "those"})

_NAMES = """
Words told tell changing Change Arrival take_up ReviewedChangeSet Of InLanguage Inner Each One Many one Listed
narrowed Explorer BUILT take give put_into_force Refused CallRefused refusals among once KeyedCall guarded Guard
Anyone Withheld _withhold places found callers_cut_off cut_off Claim try_again Persistent Patience wait_for_turn
Counted takes_away nothing_new check_same_nature Word own own_rows _alike _together Survey Measure Terms
CompilingExecutor interpreted give_up local_id given_text BodyLimits RequestLog SecurityHeaders read_plain
wants_one_answer Exchange Places in_time SlowReader told_to_stop Rates Charge Circuit Checker look _hear words_of
hand_over_session Armour Defense taken_out
"""
REPLACED_NAMES = frozenset(_NAMES.split())
"""Names of classes and functions that standard terms have replaced."""
_MODULES = """
wording arrivals reviews turns reach sets statements triage holders loaders lookup access input_checks
document_rules bodies sockets signals vendor_folder problems webhook_addresses armour measures makers long_way
misbehaving relay losing impatient undefended peers
"""
REPLACED_MODULES = frozenset(_MODULES.split())
REPLACED_PREFIXES = ("principal_of_", "forget_", "settle_", "SLOWEST_", "LONGEST_", "MOST_")

REPLACED_PHRASES = (
    "shorter way",
    "what is told",
    "is told by",
    "are told",
    "what takes too long",
    "sent again has one effect",
    "called at night",
    "nobody is made",
    "never nobody",
    "each defense",
    "stood in the way",
    "stands in the way",
    "six rooms",
    "with less ado",
    "what lacks",
    "looked through",
    "a dead one",
    "has it since",
    "can it be taken",
    "by whom",
    "those ticked",
    "log in",
    "logged in",
)
"""Phrases that neither documentation, docstrings nor screens use; matched regardless of case."""


def modules(*folders: str) -> Iterator[Path]:
    """Yield the Python modules in folders, migrations aside."""
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def definitions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Yield the functions and classes of a module, nested ones included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node


def docstrings(path: Path) -> Iterator[str]:
    """Yield the docstrings of a module, of its functions and of its classes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if text := ast.get_docstring(node):
            yield text


def phrases_in(text: str) -> list[str]:
    """Return the replaced phrases in a text."""
    plain = " ".join(text.lower().split())
    return [phrase for phrase in REPLACED_PHRASES if re.search(rf"\b{re.escape(phrase)}\b", plain)]


@pytest.mark.parametrize("folder", CODE)
def test_replaced_names_are_gone(folder: str):
    found = []
    for path in modules(folder):
        names = {node.name for node in definitions(path)} & REPLACED_NAMES | {path.stem} & REPLACED_MODULES
        found += [f"{path.relative_to(ROOT)}: {name}" for name in sorted(names)]
        found += [
            f"{path.relative_to(ROOT)}: {name}"
            for name in re.findall(r"^(\w+)\b(?=\(| ?=|:)", path.read_text(encoding="utf-8"), re.MULTILINE)
            if name.startswith(REPLACED_PREFIXES)
        ]
    assert found == []


@pytest.mark.parametrize("folder", CODE)
def test_docstrings_use_standard_phrases(folder: str):
    found = [
        (str(path.relative_to(ROOT)), phrases)
        for path in modules(folder)
        if path != Path(__file__)
        for text in docstrings(path)
        if (phrases := phrases_in(text))
    ]
    assert found == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_use_standard_phrases(page: Path):
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert phrases_in(prose) == []


@pytest.mark.parametrize("language", ["en", "nb"])
def test_screens_use_standard_phrases(language: str):
    texts = sorted((ROOT / "web" / "src" / "i18n" / language).rglob("*.ts"))
    assert texts
    assert [phrase for path in texts for phrase in phrases_in(path.read_text(encoding="utf-8"))] == []


def test_docstrings_begin_with_a_verb_or_a_noun():
    first_words = Counter(
        re.split(r"\W", text.lower(), maxsplit=1)[0] in BARE_CLAUSES
        for path in modules(*CODE)
        for text in docstrings(path)
    )
    assert first_words[True] / first_words.total() <= MAX_SHARE_OF_BARE_CLAUSES


def test_class_names_are_unique():
    names = {
        package: [
            node.name for path in modules(package) for node in definitions(path) if isinstance(node, ast.ClassDef)
        ]
        for package in PACKAGES
    }
    counts = Counter(name for of_package in names.values() for name in of_package)
    exempt = {"Meta", "_db_postgres"} | set(names["models"]) & set(names["schema"])
    assert [name for name, count in counts.items() if count > 1 and name not in exempt] == []


def test_folders_stay_small():
    sizes = Counter(path.parent.relative_to(ROOT) for path in modules(*PACKAGES, "bench"))
    assert {str(folder): size for folder, size in sizes.items() if size > MAX_MODULES_IN_FOLDER} == {}


def test_modules_stay_small():
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*PACKAGES, "bench")}
    assert {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > MAX_LINES} == {}
