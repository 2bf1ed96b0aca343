using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Relay;

/// <summary>The event loops as a data path: HTTP ports unless they ask for the proxy, and all TCP ports.</summary>
internal sealed class RelayDataPath : IDataPath, IDisposable
{
    private readonly RelayEngine engine;

    public RelayDataPath(
        SidecarOptions options,
        RelayRouting routing,
        RelayPolicy policy,
        SidecarMetrics metrics,
        ILogger<RelayDataPath> log
    ) =>
        engine = new(
            routing,
            () => policy.Settings,
            options.Workers,
            RelayEngine.PollerOfThisSystem,
            e =>
            {
                metrics.LoopFailures.Add(1, SidecarMetrics.Loop("relay"));
                SidecarLog.LoopFailed(log, "relay", e);
            }
        );

    public bool Carries(PortPolicy port) => port.Protocol == PortProtocol.Tcp || port.Mode == PortMode.Relay;

    public IAsyncDisposable Listen(IPAddress address, Func<PortPolicy> policy) =>
        engine.Listen(new(address, policy().Port), policy);

    public Task ServeAsync(Socket client, Arrival arrival)
    {
        engine.Serve(client, arrival);
        return Task.CompletedTask;
    }

    public void Dispose() => engine.Dispose();
}
