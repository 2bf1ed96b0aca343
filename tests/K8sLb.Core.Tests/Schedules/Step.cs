namespace K8sLb.Core.Tests.Schedules;

/// <summary>One thing that happens in a simulated pool. Pods are named by a small number; impossible steps do nothing.</summary>
internal abstract record Step
{
    public sealed record Wait(int Milliseconds) : Step;

    /// <summary>The clock goes on to the instant that the last plan named.</summary>
    public sealed record WaitForWake : Step;

    /// <summary>The planner is called, and its decisions count from now on.</summary>
    public sealed record Plan : Step;

    public sealed record CreatePod(int Pod) : Step;

    public sealed record SetReady(int Pod, bool Ready) : Step;

    public sealed record DeletePod(int Pod, int GraceSeconds) : Step;

    public sealed record EndPod(int Pod) : Step;

    public sealed record RemovePod(int Pod) : Step;

    public sealed record RequestDrain(int Pod, bool Requested) : Step;

    public sealed record SetWeight(int Pod, int? Weight) : Step;

    public sealed record Pause(bool Paused) : Step;

    /// <summary>The sidecar's present state reaches the operator. Until then the operator holds an older one.</summary>
    public sealed record Report(int Pod) : Step;

    /// <summary>The last plan's directive reaches the sidecar.</summary>
    public sealed record Obey(int Pod) : Step;

    /// <summary>Clients open connections, or leave.</summary>
    public sealed record Connect(int Pod, int Connections) : Step;

    /// <summary>The sidecar releases what its drain allows by now.</summary>
    public sealed record Release(int Pod, int Connections) : Step;

    public sealed record EndSidecar(int Pod, DrainReason Reason) : Step;

    public sealed record RestartSidecar(int Pod) : Step;

    public sealed record CloseStream(int Pod) : Step;

    /// <summary>A new operator: no stream is open, and the records are there only if the status was written.</summary>
    public sealed record RestartOperator(bool RecordsKept) : Step;
}
