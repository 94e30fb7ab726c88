"""Addresses that must reach nobody, from the lists of Langfuse, Svix and our own measurements."""

#: ``PORT`` becomes that of a server which listens on 127.0.0.1, or on ::1 where there is one.
HOSTILE = [
    # loopback, in every way that the system's resolver reads it
    "http://127.0.0.1:PORT/", "https://127.0.0.1:PORT/", "http://127.0.0.1/", "https://127.0.0.1",
    "http://127.0.0.1:80/", "http://127.0.0.1:443/", "HTTP://127.0.0.1:PORT/",
    "http://127.0.0.1.:PORT/", "http://127.1:PORT/", "http://127.0.1:PORT/", "http://127.1.:PORT/",
    "http://2130706433:PORT/", "http://0x7f000001:PORT/", "http://0X7F000001:PORT/",
    "http://017700000001:PORT/", "http://0x7f.0x0.0x0.0x1:PORT/", "http://0x7f.1:PORT/",
    "http://0177.0.0.1:PORT/", "http://0177.0.0.01:PORT/", "http://00000177.0.0.1:PORT/",
    "http://0177.1:PORT/", "http://127.0.0.2:PORT/", "http://127.255.255.254:PORT/",
    "http://0.0.0.0:PORT/", "http://0:PORT/", "http://0x0:PORT/", "http://0.1:PORT/",
    # ... and in IPv6
    "http://[::1]:PORT/", "https://[::1]:PORT/", "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[0000::0001]:PORT/", "http://[::]:PORT/", "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/", "http://[::FFFF:7F00:1]:PORT/", "http://[::127.0.0.1]:PORT/",
    "http://[::7f00:1]:PORT/", "http://[64:ff9b::7f00:1]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/", "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/", "http://[2002:7f00:1::1]:PORT/",
    "http://[2001:0:7f00:1::]:PORT/", "http://[::ffff:0:7f00:1]:PORT/", "http://[fe80::1]:PORT/",
    "http://[fec0::1]:PORT/", "http://[fc00::1]:PORT/", "http://[ff02::1]:PORT/",
    "http://[fe80::1%25lo]:PORT/", "http://[::1%25lo]:PORT/", "http://[::1%lo]:PORT/",
    # the metadata of clouds
    "http://169.254.169.254/latest/meta-data/", "http://2852039166/latest/meta-data/",
    "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::]/",
    "http://[fd00:ec2::254]/latest/meta-data/", "http://[fd20:ce::254]/",
    "http://169.254.170.2/v2/credentials", "http://100.100.100.200/", "http://192.0.0.192/",
    "http://168.63.129.16/",
    # private networks
    "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.0.1/", "http://100.64.0.1/",
    "http://012.0.0.1/", "http://167772161/", "http://3232235521/", "http://198.18.0.1/",
    "http://255.255.255.255/", "http://224.0.0.1/", "http://[::ffff:10.0.0.1]/",
    # names that lead inside
    "http://localhost:PORT/", "http://LOCALHOST:PORT/", "http://localhost.:PORT/",
    "https://localhost/", "http://localhost.localdomain:PORT/", "http://ip6-localhost:PORT/",
    "http://hooks.localhost:PORT/", "http://localtest.example:PORT/",
    "http://127.0.0.1.nip.example:PORT/", "http://both.example/", "http://mapped.example/",
    "http://metadata.internal/", "http://db_primary/",
    # two readings of one text
    "http://ann@127.0.0.1:PORT/", "http://ann:secret@127.0.0.1:PORT/",
    "http://1.1.1.1@127.0.0.1:PORT/", "http://1.1.1.1:80@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT@1.1.1.1/", "http://@127.0.0.1:PORT/", "http://ann%40x@127.0.0.1:PORT/",
    "http://1.1.1.1#@127.0.0.1:PORT@x/\\", "http://1.1.1.1\\@127.0.0.1:PORT/",
    "http:\\\\127.0.0.1:PORT\\", "http://127.0.0.1\\.example.com:PORT/",
    "http://127.0.0.1%00.example.com:PORT/", "http://127.0.0.1\x00.example.com:PORT/",
    "http://example.com%2f@127.0.0.1:PORT/", "http://127.0.0.1%2eexample.com:PORT/",
    "http://%31%32%37.0.0.1:PORT/", "http://127.0.0.1 .example.com:PORT/",
    "http://127.0.0.1\t:PORT/", "http://127.0.0.1\r\nHost: x:PORT/", "http://127.0.0.1:PORT/\n",
    " http://127.0.0.1:PORT/", "\x01http://127.0.0.1:PORT/", "ht\ntp://127.0.0.1:PORT/",
    "http://[::1]example.com:PORT/", "http://example.com[::1]:PORT/", "http://[::1:PORT/",
    "http://[127.0.0.1]:PORT/", "http://127.0.0.1,1.1.1.1:PORT/", "http://127.0.0.1;x:PORT/",
    "http://127..0.1:PORT/", "http://.127.0.0.1:PORT/", "http://127.0.0.1..:PORT/",
    # other alphabets
    "http://①②⑦.⓪.⓪.①:PORT/", "http://127。0。0。1:PORT/", "http://\uff11\uff12\uff17.0.0.1:PORT/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", "http://localho\u017ft:PORT/", "http://127.0.0.1\u200b:PORT/",
    "http://127.0.0.1\u202e:PORT/", "http://bücher.example:PORT/", "http://١٢٧.0.0.1:PORT/",
    # schemes, ports and lengths
    "file:///etc/passwd", "file://127.0.0.1:PORT/", "gopher://127.0.0.1:PORT/_x",
    "ftp://127.0.0.1:PORT/", "dict://127.0.0.1:PORT/x", "ldap://127.0.0.1:PORT/",
    "unix:///var/run/docker.sock", "data:text/plain,x", "javascript:alert(1)", "jar:http://x!/",
    "ws://127.0.0.1:PORT/", "//127.0.0.1:PORT/", "127.0.0.1:PORT", "http:127.0.0.1:PORT",
    "http:/127.0.0.1:PORT/", "http:///127.0.0.1:PORT/", "http://", "http://:PORT/", "", "http",
    "http://1.1.1.1:22/", "http://1.1.1.1:0/", "http://1.1.1.1:65536/", "http://1.1.1.1:-80/",
    "http://1.1.1.1:8080/", "https://1.1.1.1:6443/", "http://1.1.1.1:+80/", "http://1.1.1.1:8O/",
    "http://1.1.1.1:٨٠/", "http://[2606:4700:4700::1111]:25/", "http://1.1.1.1/" + "x" * 2034,
]  # fmt: skip

INSIDE = {
    "localhost": ["127.0.0.1", "::1"],
    "localhost.localdomain": ["127.0.0.1"],
    "ip6-localhost": ["::1"],
    "hooks.localhost": ["::1", "127.0.0.1"],
    "localtest.example": ["127.0.0.1"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "both.example": ["1.1.1.1", "127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "metadata.internal": ["169.254.169.254"],
    "db_primary": ["10.0.0.5"],
}
