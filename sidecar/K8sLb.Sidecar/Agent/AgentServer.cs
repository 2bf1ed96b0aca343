using System.Net.Sockets;
using System.Text;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Agent;

/// <summary>Answers agent checks of an outer load balancer, on a port that is closed unless the sidecar is told its number.</summary>
public sealed class AgentServer(
    SidecarOptions options,
    MemberStanding standing,
    SidecarMetrics metrics,
    ILogger<AgentServer> log
) : IHostedService
{
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(1);
    private PortListener? listener;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.AgentPort is { } port)
        {
            listener = PortListener.Open(options.ListenAddress, port, AnswerAsync, metrics, log);
        }
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (listener is not null)
        {
            await listener.DisposeAsync();
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        using var timeout = new CancellationTokenSource(WriteTimeout);
        using (client)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(standing.Line), timeout.Token);
            client.Shutdown(SocketShutdown.Send);
        }
    }
}
