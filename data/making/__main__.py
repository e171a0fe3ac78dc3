"""`python -m data.making [--into FOLDER]` writes the binary files of the corpus."""

import argparse
from pathlib import Path

from data.making.recipes import recipes

CORPUS = Path(__file__).parents[1] / "corpus"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m data.making", description=__doc__)
    parser.add_argument("--into", type=Path, default=CORPUS, help="folder to write to (default: data/corpus)")
    folder: Path = parser.parse_args().into
    for path, make in recipes().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(make())


if __name__ == "__main__":
    main()
