namespace K8sLb.Benchmarks;

/// <summary>A proxy that can be started.</summary>
/// <param name="Services">Those that it can carry as what they are, and not merely as bytes unless that is its kind.</param>
internal sealed record ContenderKind(string Name, Service[] Services, Func<Placement, MeasuredProcess> Start)
{
    /// <summary>Carries bytes: each client's connection holds one to the backend.</summary>
    public bool PinsBackend { get; private init; }

    private static readonly Service[] Everything = Enum.GetValues<Service>();
    private static readonly Service[] Http = [Service.Http1, Service.Http2, Service.WebSocket];

    /// <summary>nginx speaks HTTP/2 to clients alone.</summary>
    private static readonly Service[] NginxHttp = [Service.Http1, Service.WebSocket];

    /// <param name="sidecar">The folder that the sidecar was published to.</param>
    public static IReadOnlyList<ContenderKind> All(string sidecar) =>
        [
            new(ContenderNames.Relay, Everything, at => SidecarProxy.Start(at, sidecar, Protocol.PortMode.Relay)),
            new(ContenderNames.Proxy, Http, at => SidecarProxy.Start(at, sidecar, Protocol.PortMode.Proxy)),
            new(ContenderNames.HaproxyHttp, Http, HaproxyServer.Http),
            new(ContenderNames.HaproxyTcp, Everything, HaproxyServer.Tcp) { PinsBackend = true },
            new(ContenderNames.NginxHttp, NginxHttp, NginxServer.Http),
            new(ContenderNames.NginxStream, Everything, NginxServer.Stream) { PinsBackend = true },
        ];
}

/// <summary>Where a proxy listens and what is behind it.</summary>
/// <param name="Folder">Its own, for configuration and state.</param>
internal sealed record Placement(
    DirectoryInfo Folder,
    IReadOnlyDictionary<Service, int> Ports,
    IReadOnlyDictionary<Service, int> Backends
)
{
    public string Write(string name, string text)
    {
        var file = Path.Combine(Folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }
}
