namespace K8sLb.Sidecar.Relay.Loop;

/// <summary>Told when a timer is due, on the loop's thread.</summary>
internal interface ITimed
{
    void OnTimer();
}

/// <summary>A place in a <see cref="TimerWheel"/>; allocated once for as many settings as wanted.</summary>
internal sealed class LoopTimer(ITimed owner)
{
    public ITimed Owner { get; } = owner;
    public long DueMs { get; set; }
    public bool IsSet { get; set; }
    public LoopTimer? Previous { get; set; }
    public LoopTimer? Next { get; set; }
}
