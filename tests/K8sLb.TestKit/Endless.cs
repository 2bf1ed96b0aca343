namespace K8sLb.TestKit;

/// <summary>Work without an end of its own: a server that never answers, a leader that leads until it is stopped.</summary>
public static class Endless
{
    /// <summary>Ends, cancelled, when the token is.</summary>
    public static Task UntilCancelledAsync(CancellationToken cancellation) =>
        new TaskCompletionSource().Task.WaitAsync(cancellation);
}
