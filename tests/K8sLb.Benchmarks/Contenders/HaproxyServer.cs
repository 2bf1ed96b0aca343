namespace K8sLb.Benchmarks;

/// <summary>Debian's HAProxy with one thread, HTTP mode, reusing upstream connections.</summary>
internal static class HaproxyServer
{
    public static MeasuredProcess Http(DirectoryInfo folder, int port, int backend)
    {
        var file = Path.Combine(folder.FullName, "haproxy.cfg");
        File.WriteAllText(
            file,
            $"""
            global
              nbthread 1
              maxconn 8000
            defaults
              mode http
              timeout connect 5s
              timeout client 60s
              timeout server 60s
              http-reuse always
            frontend in
              bind 127.0.0.1:{port}
              default_backend app
            backend app
              server app 127.0.0.1:{backend}

            """
        );
        return MeasuredProcess.Start("haproxy", ["-db", "-q", "-f", file]);
    }
}
