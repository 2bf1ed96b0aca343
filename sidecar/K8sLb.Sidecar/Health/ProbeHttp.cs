namespace K8sLb.Sidecar.Health;

/// <summary>How the application is asked by HTTP: on a new connection each time, and what it says itself counts.</summary>
internal static class ProbeHttp
{
    public static HttpMessageInvoker Open() =>
        new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                ActivityHeadersPropagator = null,
                PooledConnectionLifetime = TimeSpan.Zero,
            }
        );
}
