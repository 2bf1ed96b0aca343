namespace K8sLb.Benchmarks;

/// <summary>Debian's HAProxy in one process with one thread.</summary>
internal static class HaproxyServer
{
    /// <summary>Reuses upstream connections where the protocol allows it.</summary>
    public static MeasuredProcess Http(Placement at) => Start(at, "http", "http-reuse always");

    public static MeasuredProcess Tcp(Placement at) => Start(at, "tcp", "");

    private static MeasuredProcess Start(Placement at, string mode, string more)
    {
        var file = at.Write(
            "haproxy.cfg",
            $"""
            global
              nbthread 1
              # The idle connections need one descriptor each, not the two that HAProxy reckons with.
              maxconn 11000
              no strict-limits
            defaults
              mode {mode}
              timeout connect 5s
              timeout client 60s
              timeout server 60s
              timeout tunnel 60s
              {more}
            {string.Join('\n', at.Ports.Keys.Select(service => Section(at, mode, service)))}

            """
        );
        return MeasuredProcess.Start("haproxy", ["-db", "-q", "-f", file]);
    }

    private static string Section(Placement at, string mode, Service service)
    {
        var http2 = mode == "http" && service == Service.Http2 ? " proto h2" : "";
        return $"""
            listen {service}
              bind 127.0.0.1:{at.Ports[service]}{http2}
              server app 127.0.0.1:{at.Backends[service]}{http2}
            """;
    }
}
