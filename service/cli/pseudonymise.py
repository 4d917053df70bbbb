"""The command for case systems that turns civil registration numbers into pseudonyms, without ledger or network."""

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from service.cli.running import out, stop, told
from service.workflows.pseudonyms import KEY_BYTES, key_in, pseudonyms_in_column, pseudonyms_of_lines


def pseudonymise(
    key: Annotated[Path, typer.Option(help="The file with the contract's key; never on the command line itself.")],
    file: Annotated[Path | None, typer.Argument(help="A file of numbers, one a line; else standard input.")] = None,
    column: Annotated[str | None, typer.Option(help="The file is CSV: replace the numbers in this column.")] = None,
    delimiter: Annotated[str, typer.Option(help="What parts the cells of the CSV file.")] = ",",
    make_key: Annotated[bool, typer.Option("--make-key", help="Make a new key in that file, and do no more.")] = False,
) -> None:
    """Turn numbers into pseudonyms, offline. Nothing is stored, and a number stands in no message."""
    if make_key:
        _make_key(key)
        return
    if len(delimiter) != 1 or delimiter in '"\r\n':
        stop("--delimiter must be one character, as , or ;", 2)
    secret = told(lambda: key_in(_text_of_key(key)))
    text = _text_in(file)
    made = told(
        lambda: (
            pseudonyms_of_lines(secret, text)
            if column is None
            else pseudonyms_in_column(secret, text, column, delimiter)
        )
    )
    sys.stdout.write(made)


def _make_key(path: Path) -> None:
    """A file that there is stays: without its old key no pseudonym made with it can be made again."""
    try:
        place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        stop(f"{path} is there already; a key is never written over. Name another file.")
    except OSError as error:
        stop(f"The key file cannot be written: {error.strerror}")
    with os.fdopen(place, "w", encoding="ascii") as written:
        written.write(f"{secrets.token_hex(KEY_BYTES)}\n")
    out.print(f"{path}: a new key. Keep a copy where the case system's secrets are kept, and use it for one contract.")


def _text_of_key(path: Path) -> str:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            stop(f"{path} can be read by others; chmod 600 {path}")
        return path.read_text(encoding="ascii")
    except UnicodeDecodeError:
        return ""  # refused as any other text that is no key
    except OSError as error:
        stop(f"The key file cannot be read: {error.strerror}")


def _text_in(path: Path | None) -> str:
    try:
        given = sys.stdin.buffer.read() if path is None else path.read_bytes()
        return given.decode()
    except UnicodeDecodeError:
        stop("The numbers are not UTF-8 text.")
    except OSError as error:
        stop(f"The file cannot be read: {error.strerror}")
