using System.Net;

namespace K8sLb.Sidecar.Configuration;

/// <summary>What the process was told at its start. Everything about the pool comes later, by snapshot.</summary>
public sealed record SidecarOptions
{
    /// <summary>Where the control stream is dialled; null runs from the static pool or the last snapshot alone.</summary>
    public Uri? Operator { get; init; }

    /// <summary>The file with the authorities that may sign the operator's certificate: these, and no others. Set with https.</summary>
    public string? OperatorAuthority { get; init; }

    /// <summary>The file with the token that proves which pod this is; null where the operator asks for none. Never sent over http.</summary>
    public string? OperatorToken { get; init; }

    /// <summary>How often that file is looked at while a stream is open; tokens are renewed minutes before they end.</summary>
    public TimeSpan TokenPoll { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The name that the operator's certificate must be for; null for the host that is dialled.</summary>
    public string? OperatorName { get; init; }
    public required string PodName { get; init; }
    public required string PodNamespace { get; init; }

    /// <summary>Empty only without an operator: the snapshot's own <c>self.uid</c> counts then.</summary>
    public string PodUid { get; init; } = "";

    /// <summary>The address that peers use; handed out by the operator.</summary>
    public required IPAddress PodAddress { get; init; }

    /// <summary><see cref="IPAddress.Any"/> stands for every address of both families.</summary>
    public required IPAddress ListenAddress { get; init; }
    public required IPAddress AppAddress { get; init; }
    public required int AdminPort { get; init; }

    /// <summary>
    /// Where the admin port serves everything; elsewhere it serves what a kubelet needs. <see cref="IPAddress.Any"/> stands for every
    /// address that it listens on.
    /// </summary>
    public IPAddress AdminAddress
    {
        get => field ?? (IPAddress.IsLoopback(ListenAddress) ? ListenAddress : IPAddress.Loopback);
        init;
    }

    /// <summary>Figures are served to whoever reaches the pod.</summary>
    public bool MetricsOnPod { get; init; }

    /// <summary>What shows that a call of /drain is the pod's own; null where only its own containers can call.</summary>
    public string? DrainSecret { get; init; }
    public required int PeerPort { get; init; }

    /// <summary>Where agent checks of an outer load balancer are answered; null for nowhere.</summary>
    public int? AgentPort { get; init; }

    /// <summary>Where its health checks by HTTP are answered; null for nowhere.</summary>
    public int? HealthPort { get; init; }

    /// <summary>Event loops of the relay, each a thread: as many as cores that the process may use.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;
    public required string StateDirectory { get; init; }

    /// <summary>A file that holds a MemberSnapshot, for use without an operator.</summary>
    public string? StaticPool { get; init; }

    public string SnapshotPath => Path.Combine(StateDirectory, "snapshot.json");
    public string CredentialPath => Path.Combine(StateDirectory, "peer-credential");
}
