# shellcheck shell=bash disable=SC2154
# `infra/up --lan`: browsers give a camera only to https (or localhost), so the local network gets
# HTTPS with a certificate authority that is made once and kept in `run`/lan.

find_lan_address() {
    local address
    # The address that this machine would leave by; nothing is sent.
    address="$(ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p')"
    [[ $address ]] || address="$(hostname -I 2>/dev/null | tr ' ' '\n' | grep -m1 -E '^[0-9]+\.[0-9.]+$' || true)"
    [[ $address && $address != 127.* ]] || die "no address in a local network found: give it as --lan=ADDRESS"
    printf '%s' "$address"
}

make_authority() {
    [[ ! -s $run/lan/ca.key || ! -s $run/lan/ca.crt ]] || return 0
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 -days 3650 \
        -subj "/CN=Cordboard on $(uname -n)" -keyout "$run/lan/ca.key" -out "$run/lan/ca.crt" \
        -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
}

# Each start: cheap, and the address may have changed. Phones refuse what is valid for years.
make_certificate() {
    local names
    names="IP:$lan_address,IP:127.0.0.1,DNS:localhost,DNS:$(uname -n)"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 -subj "/CN=$lan_address" \
        -keyout "$run/lan/server.key" -out "$run/lan/server.csr" 2>/dev/null
    openssl x509 -req -in "$run/lan/server.csr" -CA "$run/lan/ca.crt" -CAkey "$run/lan/ca.key" -CAcreateserial \
        -sha256 -days 90 -out "$run/lan/server.crt" -extfile <(
            printf '%s\n' basicConstraints=CA:FALSE keyUsage=digitalSignature extendedKeyUsage=serverAuth \
                "subjectAltName=$names"
        ) 2>/dev/null
}

prepare_lan() {
    step "making the certificate for $lan_address"
    install -d -m 700 "$run/lan"
    { make_authority && make_certificate; } || die "openssl could not make the certificate"
    export CORDBOARD_TLS_CERT="$run/lan/server.crt" CORDBOARD_TLS_KEY="$run/lan/server.key"
    export CORDBOARD_MEDIA_ADDRESSES="${CORDBOARD_MEDIA_ADDRESSES:-$lan_address}"
    serve_authority
}

# Over plain http, since this is what makes https trusted; it holds nothing secret.
serve_authority() {
    local port
    choose_port port 8081
    authority_url="http://$lan_address:$port/cordboard-ca.crt"
    start_program certificate "http://127.0.0.1:$port/readyz" node "$here/serve-certificate.mjs" "$run/lan/ca.crt" "$port"
}

print_lan() {
    say "  Phones      open $authority_url once and trust it:"
    say "              iOS      install the profile, then Settings > General > About > Certificate Trust Settings"
    say "              Android  Settings > Security > Install a certificate > CA certificate"
    say "              (or accept the browser's warning), then open $public_url"
    say "  Fingerprint $(openssl x509 -in "$run/lan/ca.crt" -noout -fingerprint -sha256 | cut -d= -f2)"
    say "  Authority   $run/lan/ca.crt"
    say "  Firewall    let in ${public_url##*:}/tcp, $(cut -d/ -f1 <<<"${authority_url##*:}")/tcp and the workers' UDP ports"
    say "  Beware      everybody in this network can sign in with the demo passwords above"
}
