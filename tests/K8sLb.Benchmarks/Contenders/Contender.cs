namespace K8sLb.Benchmarks;

/// <summary>Something that stands between clients and the backends, or nothing (direct).</summary>
/// <param name="Ports">Of the services that it can carry.</param>
internal sealed record Contender(string Name, IReadOnlyDictionary<Service, int> Ports, MeasuredProcess? Process);

/// <summary>Keys in the summary.</summary>
internal static class ContenderNames
{
    public const string Direct = "direct";
    public const string Relay = "relay";
    public const string Proxy = "proxy";
    public const string HaproxyHttp = "haproxyHttp";
    public const string HaproxyTcp = "haproxyTcp";
    public const string NginxHttp = "nginxHttp";
    public const string NginxStream = "nginxStream";
}
