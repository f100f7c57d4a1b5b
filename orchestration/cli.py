"""The command line `vardlager`: what engineers, analysts and the delivery owner type.

Heavy libraries are imported inside the commands that need them, so that `status` and `sql`
answer at once.
"""

from __future__ import annotations

import os
import shlex
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from orchestration import logbook
from orchestration.errors import (
    DEBUG_VARIABLE,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_REFUSED,
    BrokenOffError,
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
        except KeyboardInterrupt:
            _say("\nFEL: avbrutet utifrån.\n  Gör så här: kör samma kommando igen.")
            sys.exit(EXIT_INTERRUPTED)
        except Exception as error:
            from orchestration.troubles import as_told

            told = as_told(error)
            unknown = f"oväntat fel ({type(error).__name__}).\n  Gör så här: kör om med vardlager --debug ..."
            _say(f"FEL: {mask_identities(str(told)) if told is not None else unknown}")
            _trace(error)
            sys.exit(EXIT_FAILED)


def _trace(error: BaseException) -> None:
    if os.environ.get(DEBUG_VARIABLE):
        _say(mask_identities("".join(traceback.format_exception(error))))


class _LoggedCommand(click.Command):
    """A command that writes in the house: its start, its end and what broke it off stand in the log."""

    def invoke(self, ctx: click.Context) -> Any:
        with (
            logbook.logged(home_from_environment(), command=self.name, period=ctx.params.get("period")),
            logbook.lasting("command", options={name: value for name, value in ctx.params.items() if value}),
        ):
            return super().invoke(ctx)


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


_full_refresh = click.option(
    "--full-refresh", is_flag=True, help="Bygg om alla inlästa månader från grunden, även det som inte har ändrats."
)


@dataclass
class _Left:
    """What a command could not do although the rest was done, a line each: files refused, domains held back."""

    refused: list[str] = field(default_factory=list)
    held: list[tuple[str, int]] = field(default_factory=list)

    def end(self) -> None:
        """Exit as what was left asks for: validation that stops is told before files that are not in."""
        for line in self.refused:
            _say(f"FEL: avvisat: {line}")
        for line, _ in self.held:
            _say(f"FEL: {line}")
        codes = {EXIT_REFUSED} if self.refused else set()
        codes |= {code for _, code in self.held}
        if codes:
            sys.exit(min(codes))


def _run_jobs(job: str, periods: list[str], override_reason: str, full_refresh: bool = False) -> _Left:
    """Run a job for each period in order and return what was not done; exits at the first that fails."""
    from orchestration.driver import JobRunner

    home = home_from_environment()
    left = _Left()
    with JobRunner(job, home, override_reason, full_refresh) as runner:
        for number, period in enumerate(periods, start=1):
            started = time.monotonic()
            _say(f"[{number}/{len(periods)}] {period}")
            outcome = runner.run(period)
            for message in outcome.messages:
                _say(f"FEL: {message}")
            if outcome.exit_code:
                sys.exit(outcome.exit_code)
            for line in outcome.held_back:
                _say(f"  {line}")
            if outcome.delivered is not None:
                _say(f"  Leverans: {outcome.delivered}")
            left.refused += [f"{period}: {line}" for line in outcome.refused]
            left.held += [(f"{period}: {line}", code) for line, code in outcome.held_domains]
            _say(f"  klart på {time.monotonic() - started:.0f} s")
    return left


def _run_span(periods: list[str], override_reason: str, command: str, full_refresh: bool) -> _Left:
    """Run the months that are not finished, a line each, and return what was not done; exits at one that fails."""
    from orchestration.jobs import MONTH_JOB
    from orchestration.many_months import how_to_go_on, months_left, run_months, summary_lines

    started = time.monotonic()
    home = home_from_environment()
    try:
        tally, failed = run_months(MONTH_JOB, periods, home, override_reason, _write, full_refresh)
    except BrokenOffError as broken:
        raise how_to_go_on(broken, command) from None
    for line in summary_lines(tally, time.monotonic() - started):
        _say(line)
    if failed is not None:
        for line in (*tally.refused, *failed.outcome.refused):
            _say(f"FEL: avvisat: {line}")
        for line, _ in tally.held:
            _say(f"FEL: {line}")
        for message in failed.outcome.messages:
            _say(f"FEL: {message}")
        left = months_left(len(failed.remaining))
        _say(f"Stannade vid {failed.period}, som senare månader kan vila på; efter den {left}.")
        _say(f"  Gör så här: rätta felet och kör samma kommando igen: {mask_identities(command)}")
        sys.exit(failed.outcome.exit_code)
    return _Left(tally.refused, tally.held)


def _write(text: str) -> None:
    click.echo(text, err=True, nl=False)


def _given_reason(reason: str | None) -> str:
    """The reason of --approve-all, empty when the option is not given; UsageError when it says nothing."""
    if reason is None:
        return ""
    if not reason.strip():
        raise UsageError("--approve-all behöver ett skäl.", 'Skriv varför: --approve-all "skäl".')
    return " ".join(reason.split())


def _span(period: str | None, first: str | None, last: str | None) -> list[str]:
    """The months that `run` is asked for, in order; UsageError unless exactly one of --period and --to is given."""
    if period is not None and last is not None:
        raise UsageError(
            "--period och --to är två namn på den sista månaden.", "Ange en av dem: --from ÅÅÅÅ-MM --to ÅÅÅÅ-MM."
        )
    if period is None and last is None:
        raise UsageError("Månaden saknas.", "Skriv --period ÅÅÅÅ-MM, eller --from ÅÅÅÅ-MM --to ÅÅÅÅ-MM för flera.")
    if last is not None and first is None:
        raise UsageError(
            "--to anger den sista månaden, men den första saknas.", f"Lägg till --from, eller skriv --period {last}."
        )
    final = period or last or ""
    return months(first, final) if first is not None else [check_period(final)]


def _same_command(first: str | None, last: str, reason: str | None) -> str:
    """The command as it is typed again to go on where it was."""
    words = ["vardlager", "run", "--from", first or last, "--to", last]
    return shlex.join(words + ([] if reason is None else ["--approve-all", reason]))


@main.command(cls=_LoggedCommand)
@click.option("--period", help="Månaden, ÅÅÅÅ-MM; körs alltid.")
@click.option("--from", "first", help="Ta alla månader från denna, i ordning; de som är klara hoppas över.")
@click.option("--to", "last", help="Den sista månaden, tillsammans med --from.")
@click.option("--approve-all", "reason", help="Skäl som går före klinikernas godkännanden.")
@_full_refresh
def run(period: str | None, first: str | None, last: str | None, reason: str | None, full_refresh: bool) -> None:
    """Läs in, bygg, validera, publicera; leverera när grinden är öppen.

    En månad med --period, eller många med --from och --to. Avbryts en körning av många månader fortsätter
    samma kommando där den var.
    """
    from orchestration.jobs import MONTH_JOB
    from orchestration.work import open_work

    periods = _span(period, first, last)
    override_reason = _given_reason(reason)
    home = open_work(periods[-1], _say).home
    if first is None:
        left = _run_jobs(MONTH_JOB, periods, override_reason, full_refresh)
    else:
        left = _run_span(periods, override_reason, _same_command(first, periods[-1], reason), full_refresh)
    _say(f"Publicerat: {home.published_file}")
    left.end()


@main.command(cls=_LoggedCommand)
@click.option("--period", required=True, help="Månaden, ÅÅÅÅ-MM.")
@_full_refresh
def validate(period: str, full_refresh: bool) -> None:
    """Valideringskörningen: läs in, bygg, validera och gör klinikernas listor; publicera och leverera inget."""
    from orchestration.jobs import VALIDATION_JOB
    from orchestration.reporting.stage import newest_lists
    from orchestration.work import open_work

    home = open_work(period, _say).home
    left = _run_jobs(VALIDATION_JOB, [period], "", full_refresh)
    lists = newest_lists(home.reports / period)
    if lists is not None:
        _say(f"Klinikernas avvikelselistor: {lists}")
    left.end()
    _say(f"Validerat: {period}. Klinikernas siffror och godkännanden: vardlager status --period {period}")


@main.command(cls=_LoggedCommand)
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
    left = _run_jobs(DELIVERY_JOB, [period], override_reason, full_refresh)
    # The delivery that was asked for is made; what else the run found is told.
    for line, _ in left.held:
        _say(f"! {line}")
    _say(f"Levererat: {work.home.delivery / receiver / period}")


@main.command(cls=_LoggedCommand)
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
        logbook.event("rolled_back", from_version=left.version, to_version=chosen.version)
    _say(
        f"Version {chosen.version} ({chosen.published_at}, körd för {chosen.period}) gäller i stället för version "
        f"{left.version}: både {home.published_file} och Parquet."
    )
    _say("  Nästa vardlager run publicerar en ny version av det som då är inläst.")


@main.command(cls=_LoggedCommand)
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
    from orchestration.reporting.stage import newest_lists
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
    lists = newest_lists(home.reports / period)
    if lists is not None:
        lines.append(f"Klinikens lista: {lists / f'{clinic}.html'}")
        lines.append(f"Listan visar det här först när den har förnyats: vardlager validate --period {period}")
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


# A query may begin with a comment, and two dashes are then no option.
@main.command(context_settings={"ignore_unknown_options": True})
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
    from orchestration.services.dagster_home import prepare_dagster_home

    home = home_from_environment()
    home.make()
    prepare_dagster_home(home)
    _say(f"Dagster på http://127.0.0.1:{port} (avsluta med Ctrl-C)")
    program = Path(sys.executable).with_name("dagster")
    arguments = [str(program), "dev", "-m", "orchestration.definitions", "-h", "127.0.0.1", "-p", str(port)]
    os.execv(program, arguments)


@main.command()
def doctor() -> None:
    """Kontrollera installation, nyckel, disk, lås och filer; säg varför det spelar roll och vad som ska göras."""
    from orchestration.workbench.doctor import Level, examine

    findings = examine(home_from_environment())
    for finding in findings:
        click.echo(str(finding))
    if any(finding.level is Level.FAULT for finding in findings):
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
