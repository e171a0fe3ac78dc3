"""The installed version."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("footnote")
except PackageNotFoundError:  # run from a checkout that was not installed
    VERSION = "0+checkout"
