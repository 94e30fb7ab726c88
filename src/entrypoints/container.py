"""The composition root: which adapter serves which port, and every use case built with its own."""

from dependency_injector import containers, providers

from adapters.clock import SystemClock
from adapters.metrics.prometheus import PrometheusMetrics
from adapters.notification.guarded_posts import GuardedWebPosts
from adapters.notification.smtp_mails import SmtpMails
from adapters.pricing.book import BundledPricingTables
from adapters.pricing.files import JsonPriceBookFiles
from adapters.pricing.served_book import ServedPricingTables
from adapters.security.identifiers import Uuid7Identifiers
from adapters.security.passwords import BcryptPasswords
from adapters.security.secrets import SystemSecrets
from adapters.shared_rate_limits import SharedRateLimits
from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.accounts.authenticate_session import AuthenticateSession
from application.accounts.change_password import ChangePassword
from application.accounts.log_in import LogIn
from application.accounts.reset_password import ResetPassword
from application.accounts.sign_out import SignOut
from application.accounts.sign_up import SignUp
from application.budgets.budget_books import BudgetBooks
from application.budgets.detect_spikes import DetectSpikes
from application.budgets.find_budget import FindBudget
from application.budgets.give_back_expired import GiveBackExpired
from application.budgets.keep_ledger import KeepLedger
from application.budgets.learn_model_answers import LearnModelAnswers
from application.budgets.list_alerts import ListAlerts
from application.budgets.list_budgets import ListBudgets
from application.budgets.list_budgets_in_danger import ListBudgetsInDanger
from application.budgets.preview_scope import PreviewScope
from application.budgets.raise_alerts import RaiseAlerts
from application.budgets.refresh_forecasts import RefreshForecasts
from application.budgets.release_reservation import ReleaseReservation
from application.budgets.remove_budget import RemoveBudget
from application.budgets.reserve import Reserve
from application.budgets.reserve_in_one_step import ReserveInOneStep
from application.budgets.set_budget import SetBudget
from application.budgets.show_budget import ShowBudget
from application.ingestion.admit_events import AdmitEvents
from application.ingestion.ingest_events import IngestEvents
from application.ingestion.turns import Turns
from application.keys.authenticate_key import AuthenticateKey
from application.keys.create_key import CreateKey
from application.keys.list_keys import ListKeys
from application.keys.revoke_key import RevokeKey
from application.maintenance.keep_months import KeepMonths
from application.maintenance.purge_expired import PurgeExpired
from application.maintenance.refresh_statistics import RefreshStatistics
from application.notifications.limit_by_hand import LimitByHand
from application.notifications.list_channel_budgets import ListChannelBudgets
from application.notifications.list_channels import ListChannels
from application.notifications.list_deliveries import ListDeliveries
from application.notifications.remove_channel import RemoveChannel
from application.notifications.resend_delivery import ResendDelivery
from application.notifications.rotate_secret import RotateSecret
from application.notifications.send_next import SendNext
from application.notifications.set_channel import SetChannel
from application.notifications.try_channel import TryChannel
from application.organizations.accept_invitation import AcceptInvitation
from application.organizations.change_member_role import ChangeMemberRole
from application.organizations.invite_member import InviteMember
from application.organizations.list_members import ListMembers
from application.organizations.onboard import Onboard
from application.organizations.remove_member import RemoveMember
from application.organizations.set_retention import SetRetention
from application.organizations.show_invitation import ShowInvitation
from application.pricing.activate_price_book import ActivatePriceBook
from application.pricing.discard_price_book import DiscardPriceBook
from application.pricing.find_idle_aliases import FindIdleAliases
from application.pricing.list_repricings import ListRepricings
from application.pricing.list_terms import ListTerms
from application.pricing.note_price_book import NotePriceBook
from application.pricing.price_lists import PriceLists
from application.pricing.remove_terms import RemoveTerms
from application.pricing.reprice_events import RepriceEvents
from application.pricing.return_to_bundled_book import ReturnToBundledBook
from application.pricing.set_terms import SetTerms
from application.pricing.stage_price_book import StagePriceBook
from application.reports.compare_costs import CompareCosts
from application.reports.count_single_calls import CountSingleCalls
from application.reports.describe_price_book import DescribePriceBook
from application.reports.explain_event import ExplainEvent
from application.reports.find_calls import FindCalls
from application.reports.find_page_before import FindPageBefore
from application.reports.follow_call import FollowCall
from application.reports.has_events import HasEvents
from application.reports.list_events import ListEvents
from application.reports.list_first_events import ListFirstEvents
from application.reports.list_known_names import ListKnownNames
from application.reports.list_price_books import ListPriceBooks
from application.reports.list_prices import ListPrices
from application.reports.list_unpriced import ListUnpriced
from application.reports.report_groups import ReportGroups
from application.reports.report_overview import ReportOverview
from application.reports.report_series import ReportSeries
from application.reports.report_usage import ReportUsage
from application.reports.tally_usage import TallyUsage
from application.rollups.add_waiting_calls import AddWaitingCalls
from application.rollups.close_weeks import CloseWeeks
from application.rollups.gather_sums import GatherSums
from application.rollups.measure_backlog import MeasureBacklog
from application.rollups.rebuild_rollups import RebuildRollups
from application.rollups.verify_rollups import VerifyRollups
from entrypoints.settings import Settings


class Container(containers.DeclarativeContainer):
    """``settings`` must be given, with a database address in them."""

    settings = providers.Dependency(instance_of=Settings)

    clock = providers.Singleton(SystemClock)
    identifiers = providers.Singleton(Uuid7Identifiers)
    secrets = providers.Singleton(SystemSecrets)
    passwords = providers.Singleton(BcryptPasswords, cost=settings.provided.password_cost)
    price_book_files = providers.Singleton(JsonPriceBookFiles)
    engine = providers.Singleton(
        create_pool, settings.provided.database_url, size=settings.provided.threads
    )
    metrics = providers.Singleton(PrometheusMetrics)
    web_posts = providers.Singleton(
        GuardedWebPosts, opened=settings.provided.webhook_allowed_networks
    )
    mails = providers.Singleton(SmtpMails, settings.provided.smtp_url, settings.provided.smtp_from)
    units_of_work = providers.Singleton(SqlUnitsOfWork, engine)
    bundled_pricing_tables = providers.Singleton(BundledPricingTables)
    pricing_tables = providers.Singleton(
        ServedPricingTables, bundled_pricing_tables, price_book_files, units_of_work
    )

    sign_up = providers.Singleton(
        SignUp,
        units_of_work,
        passwords,
        secrets,
        identifiers,
        clock,
        is_open=settings.provided.signup_is_open,
    )
    log_in = providers.Singleton(LogIn, units_of_work, passwords, secrets, clock)
    sign_out = providers.Singleton(SignOut, units_of_work)
    authenticate_session = providers.Singleton(AuthenticateSession, units_of_work, clock)
    change_password = providers.Singleton(ChangePassword, units_of_work, passwords, clock)
    reset_password = providers.Singleton(ResetPassword, units_of_work, passwords)

    onboard = providers.Singleton(Onboard, units_of_work, secrets, identifiers, clock)
    list_members = providers.Singleton(ListMembers, units_of_work, clock)
    invite_member = providers.Singleton(InviteMember, units_of_work, secrets, identifiers, clock)
    accept_invitation = providers.Singleton(AcceptInvitation, units_of_work, clock)
    show_invitation = providers.Singleton(ShowInvitation, units_of_work, clock)
    change_member_role = providers.Singleton(ChangeMemberRole, units_of_work)
    set_retention = providers.Singleton(SetRetention, units_of_work)
    remove_member = providers.Singleton(RemoveMember, units_of_work, clock)

    create_key = providers.Singleton(CreateKey, units_of_work, secrets, identifiers, clock)
    list_keys = providers.Singleton(ListKeys, units_of_work)
    revoke_key = providers.Singleton(RevokeKey, units_of_work, clock)
    authenticate_key = providers.Singleton(AuthenticateKey, units_of_work, clock)

    price_lists = providers.Singleton(PriceLists, pricing_tables)
    budget_books = providers.Singleton(BudgetBooks)
    raise_alerts = providers.Singleton(RaiseAlerts, identifiers)
    keep_ledger = providers.Singleton(KeepLedger, budget_books, raise_alerts)
    learn_model_answers = providers.Singleton(LearnModelAnswers, units_of_work)
    reprice_events = providers.Singleton(
        RepriceEvents, units_of_work, price_lists, keep_ledger, clock
    )
    note_price_book = providers.Singleton(
        NotePriceBook, units_of_work, pricing_tables, identifiers, clock
    )
    stage_price_book = providers.Singleton(
        StagePriceBook, units_of_work, price_book_files, pricing_tables, identifiers, clock
    )
    activate_price_book = providers.Singleton(
        ActivatePriceBook, units_of_work, stage_price_book, clock
    )
    discard_price_book = providers.Singleton(DiscardPriceBook, units_of_work)
    return_to_bundled_book = providers.Singleton(ReturnToBundledBook, units_of_work, clock)
    set_terms = providers.Singleton(SetTerms, units_of_work, identifiers, clock)
    remove_terms = providers.Singleton(RemoveTerms, units_of_work, identifiers, clock)
    list_terms = providers.Singleton(ListTerms, units_of_work)
    list_repricings = providers.Singleton(ListRepricings, units_of_work)

    rate_limits = providers.Singleton(SharedRateLimits)
    turns = providers.Singleton(Turns, most=settings.provided.most_large_requests)
    admit_events = providers.Singleton(
        AdmitEvents,
        rate_limits,
        per_key=settings.provided.limit_per_key,
        per_organization=settings.provided.limit_per_organization,
    )
    ingest_events = providers.Singleton(
        IngestEvents, units_of_work, price_lists, keep_ledger, learn_model_answers, clock, metrics
    )

    add_waiting_calls = providers.Singleton(AddWaitingCalls, units_of_work)
    close_weeks = providers.Singleton(CloseWeeks, units_of_work, clock)
    gather_sums = providers.Singleton(GatherSums, units_of_work, clock)
    measure_backlog = providers.Singleton(MeasureBacklog, units_of_work, clock)
    verify_rollups = providers.Singleton(VerifyRollups, units_of_work)
    rebuild_rollups = providers.Singleton(RebuildRollups, units_of_work)

    report_usage = providers.Singleton(ReportUsage, units_of_work, clock)
    report_groups = providers.Singleton(ReportGroups, units_of_work, clock)
    report_series = providers.Singleton(ReportSeries, units_of_work, clock)
    compare_costs = providers.Singleton(CompareCosts, units_of_work, clock)
    report_overview = providers.Singleton(ReportOverview, units_of_work, clock)
    count_single_calls = providers.Singleton(CountSingleCalls, units_of_work, clock)
    has_events = providers.Singleton(HasEvents, units_of_work)
    tally_usage = providers.Singleton(TallyUsage, units_of_work, clock)
    list_events = providers.Singleton(ListEvents, units_of_work, clock)
    list_first_events = providers.Singleton(ListFirstEvents, units_of_work, clock)
    explain_event = providers.Singleton(ExplainEvent, units_of_work)
    follow_call = providers.Singleton(FollowCall, units_of_work)
    list_known_names = providers.Singleton(ListKnownNames, units_of_work)
    find_page_before = providers.Singleton(FindPageBefore, units_of_work, clock)
    find_calls = providers.Singleton(FindCalls, units_of_work, clock)
    list_unpriced = providers.Singleton(ListUnpriced, units_of_work, pricing_tables, clock)
    describe_price_book = providers.Singleton(DescribePriceBook, pricing_tables, clock)
    list_price_books = providers.Singleton(ListPriceBooks, units_of_work)
    list_prices = providers.Singleton(ListPrices, pricing_tables)
    find_idle_aliases = providers.Singleton(FindIdleAliases, pricing_tables, clock)

    set_budget = providers.Singleton(SetBudget, units_of_work, keep_ledger, identifiers, clock)
    list_budgets = providers.Singleton(ListBudgets, units_of_work, clock)
    list_budgets_in_danger = providers.Singleton(ListBudgetsInDanger, units_of_work, clock)
    remove_budget = providers.Singleton(RemoveBudget, units_of_work)
    find_budget = providers.Singleton(FindBudget, units_of_work)
    show_budget = providers.Singleton(ShowBudget, units_of_work, clock)
    preview_scope = providers.Singleton(PreviewScope, units_of_work, clock)
    reserve_in_one_step = providers.Singleton(
        ReserveInOneStep, units_of_work, price_lists, keep_ledger, identifiers, clock
    )
    reserve = providers.Singleton(
        Reserve, units_of_work, price_lists, keep_ledger, reserve_in_one_step, identifiers, clock
    )
    release_reservation = providers.Singleton(ReleaseReservation, units_of_work, clock)
    refresh_statistics = providers.Singleton(RefreshStatistics, units_of_work)
    give_back_expired = providers.Singleton(GiveBackExpired, units_of_work, clock)
    refresh_forecasts = providers.Singleton(
        RefreshForecasts, units_of_work, keep_ledger, raise_alerts, clock
    )
    detect_spikes = providers.Singleton(
        DetectSpikes, units_of_work, raise_alerts, identifiers, clock
    )
    list_alerts = providers.Singleton(ListAlerts, units_of_work)

    set_channel = providers.Singleton(
        SetChannel, units_of_work, web_posts, mails, secrets, identifiers, clock
    )
    remove_channel = providers.Singleton(RemoveChannel, units_of_work)
    list_channel_budgets = providers.Singleton(ListChannelBudgets, units_of_work)
    list_channels = providers.Singleton(ListChannels, units_of_work)
    rotate_secret = providers.Singleton(RotateSecret, units_of_work, secrets, clock)
    limit_by_hand = providers.Singleton(LimitByHand, rate_limits)
    try_channel = providers.Singleton(TryChannel, units_of_work, limit_by_hand, identifiers, clock)
    list_deliveries = providers.Singleton(ListDeliveries, units_of_work)
    resend_delivery = providers.Singleton(ResendDelivery, units_of_work, limit_by_hand, clock)
    send_next = providers.Singleton(
        SendNext, units_of_work, web_posts, mails, clock, app_url=settings.provided.app_url
    )

    keep_months = providers.Singleton(
        KeepMonths, units_of_work, clock, longest_days=settings.provided.retention_days
    )
    purge_expired = providers.Singleton(PurgeExpired, units_of_work, clock)
