"""A client of the Stack Exchange API that waits where it is told to and tells nobody the key."""

import logging
import re
from time import monotonic, sleep
from typing import Any, NoReturn

import httpx
from tenacity import Retrying, before_sleep_log, retry_if_exception_type, stop_after_attempt, wait_exponential

from tagger.errors import QuotaError, SourceError

SPACING = 0.05  # seconds between requests: more than 30 a second end in a ban
BAN_SECONDS = 60  # where the page of a ban does not say for how long
PASSING_ERRORS = {500, 502, 503}  # internal_error, throttle_violation, temporarily_unavailable
SHORT_PAUSE = 1  # seconds that are waited for without a word

logger = logging.getLogger(__name__)


class UnansweredError(Exception):
    """There is no answer to go by; asking again may bring one."""


class StackExchange:
    """Asks one request after the other, within the API's limits (https://api.stackexchange.com/docs/throttle).

    `retries` is the number of new attempts after one that failed, `timeout` and `max_wait` are seconds.
    """

    def __init__(self, base_url: str, key: str | None, retries: int, timeout: float, max_wait: float) -> None:
        self.base_url, self.key, self.retries, self.max_wait = base_url, key, retries, max_wait
        self.http = httpx.Client(timeout=timeout)
        self.answered = 0
        self.quota_remaining: int | None = None
        self.not_before = monotonic()
        logging.getLogger("httpx").setLevel(logging.WARNING)  # below that, its lines hold URLs, and so the key

    def close(self) -> None:
        self.http.close()

    def ask(self, method: str, query: dict[str, Any]) -> dict[str, Any]:
        """Return the answer's wrapper object. Raises QuotaError, and SourceError where asking again does not help."""
        retrying = Retrying(
            retry=retry_if_exception_type(UnansweredError),
            stop=stop_after_attempt(self.retries + 1),
            wait=wait_exponential(max=self.max_wait),
            before_sleep=before_sleep_log(logger, logging.WARNING),
            sleep=sleep,
            reraise=True,
        )
        try:
            return retrying(self.attempt, method, query)
        except UnansweredError as error:
            self.check_allowance()
            raise SourceError(
                f"{self.base_url} gave no usable answer in {self.retries + 1} attempts, at last: {error}; look at the"
                " network and at sources.api.base_url, or run the same command later: what came is kept"
            ) from error

    def attempt(self, method: str, query: dict[str, Any]) -> dict[str, Any]:
        """Ask once, when it is allowed to. Raises UnansweredError besides what `ask` raises."""
        self.wait_turn()
        keyed = {**query, "key": self.key} if self.key else query
        try:
            response = self.http.get(f"{self.base_url}/{method}", params=keyed)
        except httpx.RequestError as error:
            raise UnansweredError(f"{type(error).__name__} {error}".strip()) from error
        answer = self.read_answer(response)
        self.postpone(answer.get("backoff") or 0)
        self.quota_remaining = answer.get("quota_remaining", self.quota_remaining)
        if "error_id" in answer:
            self.refuse(answer)
        self.answered += 1
        return answer

    def wait_turn(self) -> None:
        """Sleep until the next request is allowed. Raises QuotaError."""
        self.check_allowance()
        pause = self.not_before - monotonic()
        if pause > SHORT_PAUSE:
            logger.warning("waiting %.0f s, as the API asks", pause)
        if pause > 0:
            sleep(pause)
        self.not_before = monotonic() + SPACING

    def check_allowance(self) -> None:
        """Raises QuotaError where the next request is not allowed today, or not soon enough."""
        if self.quota_remaining == 0:
            raise QuotaError(self.describe_stop("the daily quota is spent"))
        pause = self.not_before - monotonic()
        if pause > self.max_wait:
            limit = f"sources.api.max_wait is {self.max_wait:g}"
            raise QuotaError(self.describe_stop(f"no request is allowed for {pause:.0f} s ({limit})"))

    def describe_stop(self, reason: str) -> str:
        """Why this run ends before its work, and how the next goes on."""
        hint = "" if self.key else "; a key in STACKEXCHANGE_KEY raises the quota from 300 to 10,000 requests a day"
        return (
            f"{self.base_url}: {reason}; the pages of this run's {self.answered} requests are kept in the cache, and"
            f" the same command goes on from there later{hint}"
        )

    def postpone(self, seconds: float) -> None:
        self.not_before = max(self.not_before, monotonic() + seconds)

    def read_answer(self, response: httpx.Response) -> dict[str, Any]:
        """Parse an answer, an error's too. Raises UnansweredError, or SourceError where another API speaks."""
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            seconds = response.headers.get("retry-after", "")
            self.postpone(int(seconds) if seconds.isdigit() else BAN_SECONDS)
            raise UnansweredError("HTTP 429, too many requests")
        try:
            answer = response.json()
        except ValueError as error:
            raise UnansweredError(f"HTTP {response.status_code} without JSON") from error
        if isinstance(answer, dict) and (response.is_success or "error_id" in answer):
            return answer
        if response.is_server_error:  # a gateway that speaks JSON
            raise UnansweredError(f"HTTP {response.status_code}")
        raise SourceError(
            f"{self.base_url} answers HTTP {response.status_code} with JSON that is no wrapper object of the"
            " Stack Exchange API: correct sources.api.base_url"
        )

    def refuse(self, answer: dict[str, Any]) -> NoReturn:
        """Raise what an error of https://api.stackexchange.com/docs/error-handling means."""
        message = " ".join(str(answer.get("error_message")).split())
        message = message.replace(self.key, "(the key)") if self.key else message
        error = f"error {answer['error_id']} {answer.get('error_name')}: {message}"
        if answer["error_id"] in PASSING_ERRORS:
            if wait := re.search(r"available in (\d+) second", message):
                self.postpone(int(wait[1]))
            raise UnansweredError(error)
        raise SourceError(f"{self.base_url} refuses the request ({error}): look at {name_culprit(answer, message)}")


def name_culprit(answer: dict[str, Any], message: str) -> str:
    """The parameters that an error of the caller's may come from."""
    if answer["error_id"] == httpx.codes.NOT_FOUND:
        return "sources.api.base_url"
    names = {"site": "sources.api.site", "filter": "sources.api.filter", "key": "STACKEXCHANGE_KEY"}
    named = [name for word, name in names.items() if word in message.lower()]
    return ", ".join(named or names.values())
