"""Every status that things at didlogic have: what it means, and the tests that prove it."""

from __future__ import annotations

_SMS = "tests/didlogic/test_sms.py::test_message_goes_through_its_statuses_on_the_clock"
_CALL = "tests/didlogic/test_click2call.py"
_REVIEW = "tests/didlogic/test_verification.py"
_RENEWAL = "tests/didlogic/test_renewals.py"
_VERDICT = "tests/didlogic/test_risk_checks.py::test_numbers_kept_for_fiction_decide_the_verdict"
# What an assumed word costs.
WORD = "A client that branches on this word may never meet it, or meet it elsewhere."
# By what has the status: the operations that show it, the open point, and of each word what it means and
# the tests. A third part is the source of a word that a client knows.
_About = tuple[str, tuple[str, ...]] | tuple[str, tuple[str, ...], str]
STATUSES: dict[str, tuple[tuple[str, ...], str, dict[str, _About]]] = {
    "numbers": (
        ("list_purchases", "list_numbers"),
        "G31",
        {
            "active": (
                "A number is active once it is bought and its documents, if it asks for any, are verified.",
                (
                    "tests/didlogic/test_purchases.py::test_bought_number_is_owned_and_off_the_shop",
                    f"{_REVIEW}::test_number_is_active_when_its_document_is_verified",
                ),
            ),
            "pending": (
                "A number that asks for documents is pending until they are verified.",
                (
                    "tests/didlogic/test_purchases.py::"
                    "test_number_with_document_duty_waits_when_no_identity_is_given",
                ),
            ),
            "inactive": (
                "A number whose renewal left the balance below zero is inactive until funds come.",
                (
                    f"{_RENEWAL}::test_renewal_may_leave_the_balance_below_zero_once",
                    f"{_RENEWAL}::test_number_works_again_when_the_debt_is_paid",
                ),
            ),
        },
    ),
    "check_state": (
        ("list_purchases",),
        "G09",
        {
            "checked": (
                "A number that may be used has the check_state checked.",
                ("tests/didlogic/test_examples.py::test_purchases_begin_with_the_recorded_one",),
                "recorded answer of list_purchases",
            ),
            "unchecked": (
                "A number whose documents are missing has the check_state unchecked.",
                (
                    "tests/didlogic/test_purchases.py::"
                    "test_number_with_document_duty_waits_when_no_identity_is_given",
                ),
            ),
        },
    ),
    "sms": (
        ("send_sms", "get_sms", "list_sms"),
        "G18",
        {
            "accepted": ("A message begins accepted.", (f"{_SMS}[*-delivered]",)),
            "sent": ("An accepted message is sent next, with sent_at.", (f"{_SMS}[*-delivered]",)),
            "delivered": (
                "A message that arrives is delivered at last, with delivered_at.",
                (f"{_SMS}[*-delivered]",),
            ),
            "undelivered": (
                "A sent message may end undelivered, with error_message.",
                (f"{_SMS}[*-undelivered]",),
            ),
            "expired": ("A sent message may end expired, with error_message.", (f"{_SMS}[*-expired]",)),
            "rejected": (
                "A message may end rejected, before or after it is sent, with error_message.",
                (
                    f"{_SMS}[*-rejected]",
                    "tests/didlogic/test_sms.py::test_message_that_was_sent_can_still_be_rejected",
                ),
            ),
        },
    ),
    "click2call": (
        ("create_click2call", "get_click2call"),
        "G23",
        {
            "queued": ("A call begins queued.", (f"{_CALL}::test_call_is_queued_in_every_format",)),
            "ringing": (
                "A queued call is ringing next.",
                (f"{_CALL}::test_call_goes_through_its_states_and_is_charged",),
            ),
            "answered": (
                "A ringing call that is taken is answered, with answered_at, until it ends.",
                (
                    f"{_CALL}::test_call_goes_through_its_states_and_is_charged",
                    f"{_CALL}::test_call_lasts_until_it_is_ended_when_it_is_held",
                ),
            ),
            "completed": (
                "An answered call ends completed, with duration and ended_at.",
                (
                    f"{_CALL}::test_call_goes_through_its_states_and_is_charged",
                    f"{_CALL}::test_call_that_ends_at_once_lasts_a_second",
                ),
            ),
            "failed": (
                "A call that nobody takes ends failed, with ended_at and no duration.",
                (f"{_CALL}::test_call_that_fails_costs_nothing_and_is_a_missed_one",),
            ),
        },
    ),
    "documents": (
        ("create_document", "get_document", "list_documents"),
        "G32",
        {
            "pending": (
                "The approvement_status of an uploaded document is pending until it is reviewed.",
                ("tests/didlogic/test_documents.py::test_uploaded_document_is_shown_and_waits_for_review",),
            ),
            "verified": (
                "A document that passes its review is verified.",
                (f"{_REVIEW}::test_document_is_verified_after_a_while",),
                "live listing read by a public client",
            ),
            "rejected": (
                "A document that fails its review is rejected.",
                (f"{_REVIEW}::test_document_is_rejected_when_its_name_says_so",),
            ),
        },
    ),
    "identities": (
        ("list_identities", "create_identity", "archive_identity"),
        "G34",
        {
            "active": (
                "The persistence_status of an identity is active until it is archived.",
                ("tests/didlogic/test_identities.py::test_new_identity_needs_a_name_only",),
            ),
            "archived": (
                "The persistence_status of an archived identity is archived, and it stays in the list.",
                (
                    "tests/didlogic/test_identities.py::"
                    "test_archived_identity_is_inactive_and_keeps_its_documents",
                    "tests/didlogic/test_identities.py::"
                    "test_list_has_the_default_identity_and_the_archived_one",
                ),
            ),
        },
    ),
    "risk_checks": (
        ("request_risk_check", "list_risk_checks", "get_risk_check"),
        "G35",
        {
            "pending": (
                "A check that is asked for is pending until its report is there.",
                ("tests/didlogic/test_risk_checks.py::test_requested_check_is_pending_and_then_completed",),
            ),
            "completed": (
                "A check is completed when its report is there.",
                (f"{_VERDICT}[*-completed-*]",),
            ),
            "failed": (
                "A check that cannot be made is failed, without a report.",
                (f"{_VERDICT}[*-failed-*]",),
            ),
        },
    ),
    "transactions": (
        ("list_transactions",),
        "G17",
        {
            "committed": (
                "A transaction that is settled has the status Committed.",
                (
                    "tests/didlogic/test_examples.py::test_transactions_of_january_are_the_recorded_csv",
                    "tests/didlogic/test_money.py::test_purchase_is_on_the_bill_with_its_running_balance",
                ),
                "recorded row of the CSV of transactions",
            ),
        },
    ),
}
