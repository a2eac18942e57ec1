#!/bin/sh
# Redis with an ACL of just what the channel layer needs. Started as
#
#   REDIS_PASSWORD=… sh start.sh [what the server takes besides]
#
# The one user, formroom, publishes and listens on channels that begin with REDIS_PREFIX, and nothing else. What every
# connection does first (AUTH, HELLO) needs no right. The password goes in as its hash, into a file below REDIS_DIR.
set -eu

here=$(dirname "$0")
dir=${REDIS_DIR:-/tmp}
: "${REDIS_PASSWORD:?is needed}"
hash=$(printf %s "$REDIS_PASSWORD" | { sha256sum 2>/dev/null || shasum -a 256; } | cut -d ' ' -f 1)

umask 077
cat >"$dir/users.acl" <<ACL
user default off resetkeys resetchannels -@all
user formroom on #$hash resetkeys resetchannels &${REDIS_PREFIX-formroom}* -@all +publish +subscribe +unsubscribe +ping +client|setinfo
ACL

unset REDIS_PASSWORD
exec "${REDIS_SERVER:-valkey-server}" "$here/redis.conf" --dir "$dir" --aclfile "$dir/users.acl" "$@"
