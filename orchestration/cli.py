"""The command line `vardlager`: what engineers, analysts and the delivery owner type.

Heavy libraries are imported inside the commands that need them, so that `status` and `sql`
answer at once.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import click

from orchestration.errors import (
    DEBUG_VARIABLE,
    EXIT_FAILED,
    EXIT_REFUSED,
    UsageError,
    VardlagerError,
)
from orchestration.privacy import mask_identities
from orchestration.settings import home_from_environment
from orchestration.work import check_period, months, silence_telemetry


def _say(line: str) -> None:
    click.echo(line, err=True)


class _Group(click.Group):
    """Turns the family of errors into a message and its exit code; traces only with --debug."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except VardlagerError as error:
            _say(f"FEL: {mask_identities(str(error))}")
            _trace(error)
            sys.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            _say(f"FEL: oväntat fel ({type(error).__name__}).\n  Gör så här: kör om med vardlager --debug ...")
            _trace(error)
            sys.exit(EXIT_FAILED)


def _trace(error: BaseException) -> None:
    if os.environ.get(DEBUG_VARIABLE):
        _say(mask_identities("".join(traceback.format_exception(error))))


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Visa felspår (identiteter maskerade).")
def main(debug: bool) -> None:
    """Vardlager: från utdrag till marter, reportörernas listor och den nationella leveransen."""
    os.umask(0o077)
    silence_telemetry()
    if debug:
        os.environ[DEBUG_VARIABLE] = "1"


@main.command()
@click.option("--out", "out", required=True, type=click.Path(path_type=Path), help="Mapp att skriva till.")
@click.option("--from", "first", required=True, help="Första månaden, ÅÅÅÅ-MM.")
@click.option("--to", "last", required=True, help="Sista månaden, ÅÅÅÅ-MM.")
@click.option("--scale", default=1.0, show_default=True, help="Storlek: 1.0 är en region som Västmanland.")
@click.option("--seed", default=56, show_default=True, help="Slumpfrö: samma frö ger samma filer.")
@click.option("--faults", default="", help="Fel att plantera, åtskilda av komma.")
@click.option("--known-through", help="Skriv månaderna som de var kända då, ÅÅÅÅ-MM: en senare leverans av dem.")
def synth(out: Path, first: str, last: str, scale: float, seed: int, faults: str, known_through: str | None) -> None:
    """Skriv utdrag från en syntetisk region."""
    from orchestration.synthetic_region import write_region

    months(first, last)
    names = [name.strip() for name in faults.split(",") if name.strip()]
    write_region(out, first, last, scale=scale, seed=seed, faults=names, progress=_say, known_through=known_through)
    _say(f"Klart: filerna ligger i {out}")


def _run_jobs(job: str, periods: list[str], override_reason: str, full_refresh: bool = False) -> list[str]:
    """Run a job for each period in order and return what was refused; exits at the first that fails.

    A full refresh is done once, with the first: it builds every period that is loaded.
    """
    from orchestration.driver import run_job

    home = home_from_environment()
    refused: list[str] = []
    for number, period in enumerate(periods, start=1):
        started = time.monotonic()
        _say(f"[{number}/{len(periods)}] {period}")
        outcome = run_job(job, period, home, override_reason, full_refresh and number == 1)
        for message in outcome.messages:
            _say(f"FEL: {message}")
        if outcome.exit_code:
            sys.exit(outcome.exit_code)
        for line in outcome.held_back:
            _say(f"  {line}")
        if outcome.delivered is not None:
            _say(f"  Leverans: {outcome.delivered}")
        refused += [f"{period}: {line}" for line in outcome.refused]
        _say(f"  klart på {time.monotonic() - started:.0f} s")
    return refused


_full_refresh = click.option(
    "--full-refresh", is_flag=True, help="Bygg om alla inlästa månader från grunden, även det som inte har ändrats."
)


def _given_reason(reason: str | None) -> str:
    """The reason of --approve-all, empty when the option is not given; UsageError when it says nothing."""
    if reason is None:
        return ""
    if not reason.strip():
        raise UsageError("--approve-all behöver ett skäl.", 'Skriv varför: --approve-all "skäl".')
    return " ".join(reason.split())


def _end_refused(refused: list[str]) -> None:
    """Exit 4 when something was refused, although the rest was done."""
    for line in refused:
        _say(f"FEL: avvisat: {line}")
    if refused:
        sys.exit(EXIT_REFUSED)


@main.command()
@click.option("--period", required=True, help="Månaden, ÅÅÅÅ-MM.")
@click.option("--from", "first", help="Ta alla månader från denna till perioden, i ordning.")
@click.option("--approve-all", "reason", help="Skäl som går före klinikernas godkännanden.")
@_full_refresh
def run(period: str, first: str | None, reason: str | None, full_refresh: bool) -> None:
    """Läs in, bygg, validera, publicera; leverera när grinden är öppen."""
    from orchestration.jobs import MONTH_JOB
    from orchestration.work import open_work

    periods = months(first, period) if first else [check_period(period)]
    override_reason = _given_reason(reason)
    home = open_work(period, _say).home
    refused = _run_jobs(MONTH_JOB, periods, override_reason, full_refresh)
    _say(f"Publicerat: {home.published_file}")
    _end_refused(refused)


@main.command()
@click.option("--period", required=True, help="Månaden, ÅÅÅÅ-MM.")
@_full_refresh
def validate(period: str, full_refresh: bool) -> None:
    """Valideringskörningen: läs in, bygg och validera; publicera och leverera inget."""
    from orchestration.jobs import VALIDATION_JOB
    from orchestration.work import open_work

    open_work(period, _say)
    _end_refused(_run_jobs(VALIDATION_JOB, [period], "", full_refresh))
    _say(f"Validerat: {period}. Klinikernas siffror och godkännanden: vardlager status --period {period}")


@main.command()
@click.option("--period", required=True, help="Månaden, ÅÅÅÅ-MM.")
@click.option("--receiver", default="skr", show_default=True, help="Mottagare.")
@click.option("--approve-all", "reason", help="Skäl som går före klinikernas godkännanden.")
@_full_refresh
def deliver(period: str, receiver: str, reason: str | None, full_refresh: bool) -> None:
    """Nästa version av den nationella leveransen."""
    from orchestration.jobs import DELIVERY_JOB
    from orchestration.work import open_work

    override_reason = _given_reason(reason)
    work = open_work(period, _say)
    if receiver not in work.region.receivers:
        raise UsageError(
            f"Mottagaren {receiver!r} finns inte i region.yml.",
            f"Välj en av {', '.join(work.region.receivers)}.",
        )
    _run_jobs(DELIVERY_JOB, [period], override_reason, full_refresh)
    _say(f"Levererat: {work.home.delivery / receiver / period}")


@main.command()
@click.option("--to", "version", type=int, help="Versionen; annars den före den som gäller.")
def rollback(version: int | None) -> None:
    """Låt en tidigare publicerad version gälla igen."""
    from orchestration.publishing.versions import roll_back
    from orchestration.settings import read_region
    from orchestration.state.lock import writing
    from orchestration.state.store import open_state

    home = home_from_environment()
    if not home.state_file.exists():
        raise UsageError("Inget är publicerat.", "Kör vardlager run --period ÅÅÅÅ-MM.")
    with writing(home, "rollback", _say), open_state(home.state_file) as state:
        region, _ = read_region(home)
        left, chosen = roll_back(home, region, state, version)
    _say(
        f"Version {chosen.version} ({chosen.published_at}, körd för {chosen.period}) gäller i stället för version "
        f"{left.version}: både {home.published_file} och Parquet."
    )
    _say("  Nästa vardlager run publicerar en ny version av det som då är inläst.")


@main.command()
@click.option("--period", required=True, help="Månaden, ÅÅÅÅ-MM.")
@click.option("--clinic", required=True, help="Klinikens HSA-id.")
@click.option("--by", "by", required=True, help="Vem som godkänner.")
@click.option(
    "--accept",
    "accepted",
    nargs=2,
    multiple=True,
    metavar="REGEL SKÄL",
    help="Regel vars avvikelser godtas, och varför.",
)
@click.option("--withdraw", is_flag=True, help="Ta tillbaka godkännandet.")
def approve(period: str, clinic: str, by: str, accepted: tuple[tuple[str, str], ...], withdraw: bool) -> None:
    """Godkänn exakt de siffror som en klinik har i perioden, eller ta tillbaka det."""
    from orchestration.approval import approvals, words
    from orchestration.contracts import load_contracts
    from orchestration.settings import read_region

    check_period(period)
    home = home_from_environment()
    region, _ = read_region(home)
    if withdraw and accepted:
        raise UsageError("--withdraw och --accept går inte ihop.", "Ta tillbaka godkännandet, eller ge ett nytt.")
    if withdraw:
        lines = words.taken_back_lines(approvals.take_back(home, period, clinic, by, _say))
    else:
        given = approvals.approve(home, region, load_contracts(), period, clinic, by, accepted, _say)
        lines = words.given_lines(given, region.main_variant)
    for line in lines:
        click.echo(line)


@main.command()
@click.option("--period", help="Månaden, ÅÅÅÅ-MM; annars alla.")
def status(period: str | None) -> None:
    """Grupper, inläsningar, godkännanden, leveranser och sista dagar på en skärm."""
    from orchestration.workbench.status import status_text

    if period:
        check_period(period)
    click.echo(status_text(home_from_environment(), period))


@main.command()
@click.argument("query")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def sql(query: str, shape: str) -> None:
    """Ställ en fråga till den publicerade filen."""
    from orchestration.workbench.query import query_text

    click.echo(query_text(home_from_environment(), query, shape), nl=False)


@main.command()
@click.option("--port", default=3000, show_default=True, help="Port på den egna datorn.")
def ui(port: int) -> None:
    """Öppna Dagsters gränssnitt på den egna datorn."""
    from orchestration.driver import prepare_dagster_home

    home = home_from_environment()
    home.make()
    prepare_dagster_home(home)
    _say(f"Dagster på http://127.0.0.1:{port} (avsluta med Ctrl-C)")
    program = Path(sys.executable).with_name("dagster")
    arguments = [str(program), "dev", "-m", "orchestration.definitions", "-h", "127.0.0.1", "-p", str(port)]
    os.execv(program, arguments)


@main.command()
def doctor() -> None:
    """Kontrollera installation, nyckel, inställningar, disk och lås; säg vad som ska göras."""
    from orchestration.workbench.doctor import examine

    findings = examine(home_from_environment())
    for finding in findings:
        click.echo(str(finding))
    if any(not finding.is_good for finding in findings):
        sys.exit(EXIT_FAILED)


@main.command()
@click.option("--scale", default=0.1, show_default=True, help="Storlek: 1.0 är en region som Västmanland.")
def demo(scale: float) -> None:
    """Gör en syntetisk region och kör två månader på den, från utdrag till leverans."""
    from orchestration.workbench.demo import prepare_demo

    started = time.monotonic()
    periods = prepare_demo(home_from_environment(), scale, _say)
    from orchestration.jobs import MONTH_JOB

    _run_jobs(MONTH_JOB, periods, "demonstration med påhittade patienter")
    from orchestration.workbench.demo import demo_summary

    click.echo(demo_summary(home_from_environment(), periods[-1]))
    _say(f"Hela demonstrationen tog {time.monotonic() - started:.0f} s.")


if __name__ == "__main__":
    main()
