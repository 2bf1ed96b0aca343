namespace K8sLb.Benchmarks;

/// <summary>Debian's nginx in one process, as the backend and as a proxy with keep-alive upstream connections.</summary>
internal static class NginxServer
{
    public static MeasuredProcess Backend(DirectoryInfo folder, int port)
    {
        var root = folder.CreateSubdirectory("www").FullName;
        File.WriteAllText(Path.Combine(root, "small"), new string('x', 128));
        File.WriteAllBytes(Path.Combine(root, "1mb"), new byte[1024 * 1024]);
        return Start(
            folder,
            "backend",
            $"server {{ listen 127.0.0.1:{port} reuseport; root {root}; keepalive_requests 1000000; }}"
        );
    }

    public static MeasuredProcess Proxy(DirectoryInfo folder, int port, int backend) =>
        Start(
            folder,
            "nginx",
            $$"""
            upstream app { server 127.0.0.1:{{backend}}; keepalive 64; keepalive_requests 1000000; }
            server {
              listen 127.0.0.1:{{port}}; keepalive_requests 1000000;
              location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; }
            }
            """
        );

    private static MeasuredProcess Start(DirectoryInfo folder, string name, string http)
    {
        var home = folder.CreateSubdirectory(name).FullName;
        var file = Path.Combine(home, "nginx.conf");
        File.WriteAllText(
            file,
            $$"""
            daemon off; master_process off; pid {{home}}/pid; error_log stderr crit;
            events { worker_connections 8192; }
            http {
              access_log off; sendfile on; tcp_nopush on;
              client_body_temp_path {{home}}/body; proxy_temp_path {{home}}/proxy; fastcgi_temp_path {{home}}/fastcgi;
              uwsgi_temp_path {{home}}/uwsgi; scgi_temp_path {{home}}/scgi;
              {{http}}
            }
            """
        );
        return MeasuredProcess.Start("nginx", ["-p", home, "-c", file, "-e", "stderr"]);
    }
}
