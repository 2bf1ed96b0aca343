using System.Net.Sockets;
using System.Text;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Health;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Agent;

/// <summary>Answers agent checks of an outer load balancer, on a port that is closed unless the sidecar is told its number.</summary>
public sealed class AgentServer(
    SidecarOptions options,
    WorkRouter router,
    MemberDrain drain,
    MemberHealth health,
    MemberAgent agent,
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
            await client.SendAsync(Encoding.ASCII.GetBytes(Answer()), timeout.Token);
            client.Shutdown(SocketShutdown.Send);
        }
    }

    private string Answer()
    {
        var said = agent.Current;
        return AgentAnswer.Of(
            router.Plan.EffectiveWeight,
            drain.Current?.Reason.ToString()
                ?? (said is { Admin: not AgentAdmin.Ready } ? said.Admin.ToString() : null),
            health.Current is { Healthy: false } failing ? failing.Message ?? "the health check failed"
                : said is { Health: AgentHealth.Down } ? said.Description ?? "the agent says so"
                : null
        );
    }
}
