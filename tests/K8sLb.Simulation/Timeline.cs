using K8sLb.TestKit;

namespace K8sLb.Simulation;

/// <summary>What happens, in order of its time. Nothing waits: time goes from one thing to the next.</summary>
internal sealed class Timeline
{
    private readonly PriorityQueue<Action, (double At, long Order)> pending = new();
    private long order;

    /// <summary>For code that reads a clock.</summary>
    public ManualTime Clock { get; } = new();

    /// <summary>Seconds since the begin.</summary>
    public double Now { get; private set; }

    public void At(double seconds, Action action) => pending.Enqueue(action, (Math.Max(seconds, Now), order++));

    public void After(double seconds, Action action) => At(Now + seconds, action);

    /// <param name="action">Its pause, in seconds, may differ from one time to the next.</param>
    public void Every(Func<double> pause, Action action)
    {
        void Step()
        {
            action();
            After(pause(), Step);
        }
        After(pause(), Step);
    }

    public void Run(double until)
    {
        while (pending.TryPeek(out _, out var next) && next.At <= until)
        {
            var action = pending.Dequeue();
            Clock.Advance(TimeSpan.FromSeconds(next.At - Now));
            Now = next.At;
            action();
        }
        Clock.Advance(TimeSpan.FromSeconds(until - Now));
        Now = until;
    }
}
