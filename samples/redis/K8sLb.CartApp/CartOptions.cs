using System.Net;

namespace K8sLb.CartApp;

/// <summary>
/// Settings by environment: <c>APP_ADDRESS</c> (default any), <c>APP_PORT</c> (default 8080), <c>POD_NAME</c> (default the host's name)
/// and <c>REDIS</c> (host:port, default redis:6379).
/// </summary>
internal sealed record CartOptions(IPEndPoint Listen, string PodName, string RedisHost, int RedisPort)
{
    private const int DefaultPort = 8080;
    private const int RedisDefaultPort = 6379;

    /// <exception cref="FormatException">A variable is not what it should be; the message names it.</exception>
    public static CartOptions FromEnvironment()
    {
        var (address, port, redis) = (Read("APP_ADDRESS"), Read("APP_PORT"), Read("REDIS") ?? "redis");
        var listen = $"{address ?? "0.0.0.0"}:{port ?? $"{DefaultPort}"}";
        if (!IPEndPoint.TryParse(listen, out var endPoint))
        {
            throw new FormatException($"APP_ADDRESS and APP_PORT make {listen}, which is no address and port");
        }
        if (!Uri.TryCreate($"redis://{redis}", UriKind.Absolute, out var uri) || uri.PathAndQuery.Trim('/').Length > 0)
        {
            throw new FormatException($"REDIS={redis} is no host:port; redis:6379 would be one");
        }
        return new(
            endPoint,
            Read("POD_NAME") ?? Environment.MachineName,
            uri.Host,
            uri.IsDefaultPort || uri.Port < 0 ? RedisDefaultPort : uri.Port
        );
    }

    private static string? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null;
}
