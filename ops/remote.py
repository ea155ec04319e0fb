"""Set where `dvc push` and `dvc pull` go: `python -m ops.remote URL [--endpoint-url URL]`, or `make remote URL=...`.

The place goes to .dvc/config, which is committed; an endpoint to .dvc/config.local, which git ignores. Credentials are
written nowhere: DVC takes them from the environment, the SSH agent, or what `dvc remote modify --local` put there.
"""

import argparse
import re
import sys
from importlib.util import find_spec
from urllib.parse import SplitResult, urlsplit

from dvc.config import Config
from dvc.exceptions import DvcException

from tagger.errors import TaggerError

NAME = "storage"
PACKAGES = {"s3": "dvc_s3", "ssh": "dvc_ssh"}
SHAPES = "a folder, s3://bucket/path or ssh://host/path"
CREDENTIALS = {
    "": "",
    "s3": "Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
    "ssh": f"Credentials: the SSH agent, ~/.ssh/config, or `dvc remote modify --local {NAME} keyfile PATH`.",
}
REMEDY = {
    "s3": "leave it out and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
    f"or `dvc remote modify --local {NAME} secret_access_key ...`",
    "ssh": f"leave it out and use a key, or `dvc remote modify --local {NAME} password ...`",
}
SCP = re.compile(r"(?:[^/@]+@)?[^/@:]{2,}:")


class RemoteError(TaggerError):
    """The place cannot be a remote here."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("url", nargs="?", help=f"{SHAPES}; without it, say what is set")
    parser.add_argument("--endpoint-url", help="of an S3 server that is not Amazon's")
    words = parser.parse_args()
    try:
        config = Config.from_cwd()
        print(set_remote(config, words.url, words.endpoint_url) if words.url else describe(config))
    except (TaggerError, DvcException) as error:
        sys.exit(f"remote: {error}")


def set_remote(config: Config, url: str, endpoint: str | None) -> str:
    """Make `url` the default remote; return what to do next. Raises RemoteError, DvcException."""
    scheme = check_url(url)
    check_endpoint(scheme, endpoint)
    check_package(scheme)
    set_local(config, scheme, endpoint)
    with config.edit("repo") as shared:
        shared["remote"][NAME] = {"url": url}
        shared["core"]["remote"] = NAME
    return "\n".join(filter(None, [f"{describe(config)} Commit .dvc/config, then `dvc push`.", CREDENTIALS[scheme]]))


def describe(config: Config) -> str:
    """What is set, in words."""
    name = config["core"].get("remote")
    if name is None:
        return f"No default remote: everything stays in .dvc/cache. `make remote URL=...` sets one: {SHAPES}."
    place = config["remote"].get(name, {})
    endpoint = f" at {place['endpointurl']}" if "endpointurl" in place else ""
    return f"The default remote is {name}: {place.get('url', 'nowhere')}{endpoint}."


def check_url(url: str) -> str:
    """The scheme, empty for a folder. Raises RemoteError, and never repeats what may be a secret."""
    parts = split(url)
    if not parts.scheme:
        if SCP.match(url):
            raise RemoteError("that is how scp names a place, DVC wants ssh://user@host/path")
        return ""
    if parts.scheme not in PACKAGES:
        raise RemoteError(f"{parts.scheme}:// is not tested here; known are {SHAPES}, others with `dvc remote add`")
    if has_secret(parts):
        raise RemoteError(f"the URL holds a secret, and .dvc/config is committed: {REMEDY[parts.scheme]}")
    if not parts.hostname or (parts.scheme == "ssh" and not parts.path.strip("/")):
        raise RemoteError(f"{url} names no place: {SHAPES}")
    return parts.scheme


def check_endpoint(scheme: str, endpoint: str | None) -> None:
    """Raises RemoteError."""
    if endpoint is None:
        return
    if scheme != "s3":
        raise RemoteError("--endpoint-url is for s3:// alone")
    parts = split(endpoint)
    if has_secret(parts) or parts.username:
        raise RemoteError(f"the endpoint holds a secret: {REMEDY['s3']}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RemoteError(f"the endpoint is {endpoint}, it should be such as https://s3.example.org")


def check_package(scheme: str) -> None:
    """Raises RemoteError where DVC's plugin for the scheme is not installed."""
    if scheme and find_spec(PACKAGES[scheme]) is None:
        name = PACKAGES[scheme].replace("_", "-")
        how = "uv pip install -r requirements-remotes.txt -c constraints.txt"
        raise RemoteError(f"{scheme}:// needs the package {name}: `make setup`, or {how}")


def set_local(config: Config, scheme: str, endpoint: str | None) -> None:
    """Put the endpoint into .dvc/config.local; what is there of a place of another kind, DVC would refuse."""
    old = config["remote"].get(NAME, {}).get("url")
    with config.edit("local", validate=False) as local:
        if old is not None and split(str(old)).scheme != scheme:
            local["remote"].pop(NAME, None)
        kept = local["remote"].pop(NAME, {})
        kept.pop("endpointurl", None)
        kept |= {"endpointurl": endpoint} if endpoint else {}
        if kept:
            local["remote"][NAME] = kept


def split(url: str) -> SplitResult:
    """The parts of a URL. Raises RemoteError."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise RemoteError(f"the URL cannot be read ({type(error).__name__}): {SHAPES}") from error
    return parts if "://" in url else SplitResult("", "", url, "", "")


def has_secret(parts: SplitResult) -> bool:
    """A password, a key before a bucket's name, or a query, in which signatures and tokens come."""
    return parts.password is not None or (parts.scheme == "s3" and "@" in parts.netloc) or bool(parts.query)


if __name__ == "__main__":
    main()
