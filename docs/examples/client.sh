#!/bin/sh
# Tests of a shell script that buys numbers, with nothing but a POSIX shell, curl and sed.
#
#   mockserver serve &
#   MOCKSERVER_URL=http://127.0.0.1:8080 sh docs/examples/client.sh
#
# `mockserver env --sandbox NAME` prints the variables that a script needs; here they are set by hand.
set -eu

server=${MOCKSERVER_URL:-http://127.0.0.1:8080}
sandbox=shell-$$
failed=0

# --- the script under test ------------------------------------------------------------------------

# buy DID_GROUP QUANTITY: orders numbers at IDT Express and prints the order's id
buy() {
    answer=$(curl --silent --fail-with-body \
        -H "x-api-key: $IDT_API_KEY" -H "x-api-secret: $IDT_API_SECRET" -H 'Content-Type: application/json' \
        -d "{\"order_items\": [{\"did_group_id\": $1, \"quantity\": $2}]}" \
        "$IDT_URL/v1/dids/orders") || { echo "$answer" >&2; return 1; }
    printf '%s\n' "$answer" | field id
}

# status ORDER: prints its status
status() {
    curl --silent --fail -H "x-api-key: $IDT_API_KEY" -H "x-api-secret: $IDT_API_SECRET" \
        "$IDT_URL/v1/dids/orders/$1" | field status
}

# field NAME: the first value of that name in the `order` of an answer
field() {
    sed 's/.*"order":{//' | sed "s/^[^}]*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/"
}

# --- its tests ------------------------------------------------------------------------------------

# mock METHOD PATH [JSON]: a control call about our sandbox
mock() {
    curl --silent --show-error --fail-with-body --output /dev/null -X "$1" \
        "$server/_mock/sandboxes/$sandbox$2" ${3:+-d "$3"}
}

# expect WHAT GOT WANTED
expect() {
    if [ "$2" = "$3" ]; then
        echo "ok      $1"
    else
        echo "FAILED  $1: '$2' is not '$3'"
        failed=1
    fi
}

curl --silent --fail --output /dev/null "$server/_mock/sandboxes" -d "{\"name\": \"$sandbox\"}"
trap 'curl --silent --output /dev/null -X DELETE "$server/_mock/sandboxes/$sandbox"' EXIT
IDT_URL=$server/idt IDT_API_KEY=sandbox-$sandbox IDT_API_SECRET=secret-$sandbox
mock PUT /clock '{"mode": "frozen", "now": "2026-03-01T12:00:00Z"}'

order=$(buy 16847 2)
expect 'an order is created' "$(status "$order")" Created
mock POST /clock/advance '{"by": "10s"}'
expect 'and completes' "$(status "$order")" Complete

mock POST /reset
mock POST /world/balance '{"provider": "idt", "balance": "0.01"}'
expect 'without money there is a clear no' "$(buy 16847 2 2>&1 | grep -c '"code":3001')" 1

mock POST /reset
mock POST /world/outages '{"provider": "idt"}'
expect 'while the provider is down it fails' "$(buy 16847 2 2>/dev/null || echo failed)" failed

exit $failed
