#!/usr/bin/env bash
# Instructions of a call that is ready at once or pending once, and of its peers. Needs valgrind. The figures of two commits compare exactly.
set -euo pipefail
cd "$(dirname "$0")/../.."
bench=$(cargo bench --quiet -p taskward --bench instructions --no-run --message-format=json |
    sed -n 's/.*"executable":"\([^"]*instructions-[^"]*\)".*/\1/p' | tail -1)
counted=$(mktemp)
trap 'rm -f "$counted"' EXIT
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" "$@" 2>"$counted"
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$counted"
}
for case in plain cancellable ambient nested run pending with_timeout with_timeout_and_context \
    pending_with_timeout pending_with_timeout_and_context child run_until_cancelled tokio_timeout child_token \
    once_lock once once_cell once_async attempt retry \
    join_set group waiting_join_set waiting_group join_set_and_semaphore group_awaited group_queued \
    dash_map single_flight single_flight_and_context single_flight_and_deadline; do
    few=$(count "$case" 10000)
    many=$(count "$case" 20000)
    printf '%-34s %s\n' "$case" "$(((many - few) / 10000))"
done
