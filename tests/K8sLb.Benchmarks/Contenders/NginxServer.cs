namespace K8sLb.Benchmarks;

/// <summary>Debian's nginx in one process with one worker.</summary>
internal static class NginxServer
{
    private const string StreamModule = "/usr/lib/nginx/modules/ngx_stream_module.so";
    private const string Lasting = "keepalive_requests 1000000000; keepalive_timeout 600s;";

    /// <summary>Serves a small and a large file by HTTP/1.1 and by HTTP/2.</summary>
    public static MeasuredProcess Backend(Placement at)
    {
        var root = at.Folder.CreateSubdirectory("www").FullName;
        File.WriteAllText(Path.Combine(root, "small"), new string('x', 128));
        File.WriteAllBytes(Path.Combine(root, "1mb"), new byte[1024 * 1024]);
        return Start(
            at,
            "",
            HttpBlock(
                at,
                $$"""
                server { listen 127.0.0.1:{{at.Backends[Service.Http1]}} backlog=4096; root {{root}}; {{Lasting}} }
                server { listen 127.0.0.1:{{at.Backends[Service.Http2]}} http2; root {{root}}; {{Lasting}} }
                """
            )
        );
    }

    /// <summary>With keep-alive connections to the backend.</summary>
    public static MeasuredProcess Http(Placement at) =>
        Start(
            at,
            "",
            HttpBlock(
                at,
                $$"""
                upstream app { server 127.0.0.1:{{at.Backends[Service.Http1]}}; keepalive 64; {{Lasting}} }
                server {
                  listen 127.0.0.1:{{at.Ports[Service.Http1]}} backlog=4096; {{Lasting}}
                  location / {
                    proxy_pass http://app; proxy_http_version 1.1;
                    proxy_set_header Connection ""; proxy_set_header Host $http_host;
                  }
                }
                server {
                  listen 127.0.0.1:{{at.Ports[Service.WebSocket]}};
                  location / {
                    proxy_pass http://127.0.0.1:{{at.Backends[Service.WebSocket]}}; proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";
                    proxy_set_header Host $http_host;
                  }
                }
                """
            )
        );

    public static MeasuredProcess Stream(Placement at)
    {
        var servers = at.Ports.Select(port =>
            $"server {{ listen 127.0.0.1:{port.Value} backlog=4096; proxy_pass 127.0.0.1:{at.Backends[port.Key]}; }}"
        );
        return Start(at, $"load_module {StreamModule};", $"stream {{ {string.Join('\n', servers)} }}");
    }

    private static string HttpBlock(Placement at, string servers)
    {
        var home = at.Folder.FullName;
        return $$"""
            http {
              access_log off; sendfile on; tcp_nopush on;
              client_body_temp_path {{home}}/body; proxy_temp_path {{home}}/proxy; fastcgi_temp_path {{home}}/fastcgi;
              uwsgi_temp_path {{home}}/uwsgi; scgi_temp_path {{home}}/scgi;
              {{servers}}
            }
            """;
    }

    private static MeasuredProcess Start(Placement at, string modules, string block)
    {
        var home = at.Folder.FullName;
        var file = at.Write(
            "nginx.conf",
            $$"""
            {{modules}}
            daemon off; master_process off; pid {{home}}/pid; error_log stderr crit;
            events { worker_connections 20000; }
            {{block}}
            """
        );
        return MeasuredProcess.Start("nginx", ["-p", home, "-c", file, "-e", "stderr"]);
    }
}
