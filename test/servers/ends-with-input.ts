/**
 * A shell script that runs the command in its arguments until its own standard input ends, so that a server ends with the test that
 * started it, however that ends. Once the server has ended, its number may be another's.
 */
export const endsWithInput = `
exec 3<&0
"$@" 3<&- &
server=$!
{ cat <&3 >/dev/null; kill -KILL "$server"; } &
watch=$!
exec 3<&-
wait "$server"
code=$?
kill -KILL "$watch"
exit "$code"
`
