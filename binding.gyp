{
  "targets": [
    {
      "target_name": "dk",
      "sources": [
        "addon/attributes.cc",
        "addon/binding.cc",
        "addon/crc32c.cc",
        "addon/drain.cc",
        "addon/freezer.cc",
        "addon/job.cc",
        "addon/journal.cc",
        "addon/known-page.cc",
        "addon/libbpf-stderr.cc",
        "addon/recorder.cc",
        "addon/rights.cc",
        "addon/ring.cc"
      ],
      "include_dirs": ["<!@(node -p \"require('node-addon-api').include\")", "build/bpf"],
      "defines": ["NAPI_VERSION=8"],
      "cflags_cc": ["-std=c++20", "-O2", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-fvisibility=hidden"],
      "cflags_cc!": ["-fno-exceptions", "-std=gnu++17"],
      "libraries": ["-Wl,--wrap=stderr", "-l:libbpf.a", "-lelf", "-lz"],
      "conditions": [["target_arch=='x64'", { "cflags_cc": ["-msse4.2"] }]]
    },
    {
      "target_name": "dk-launcher",
      "type": "executable",
      "sources": ["<!@(ls addon/launcher/*.c)"],
      "cflags": ["-std=gnu11", "-O2", "-pthread", "-Wall", "-Wextra", "<!@(echo $DK_WERROR)", "-Wno-unused-parameter"],
      "ldflags": ["-pthread"],
      "libraries": ["-l:libz.a"],
      "ldflags!": ["-rdynamic"]
    }
  ]
}
