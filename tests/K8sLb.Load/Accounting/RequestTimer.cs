using System.Diagnostics;

namespace K8sLb.Load;

/// <summary>One request in the account, from its begin to its single end.</summary>
internal sealed class RequestTimer(LoadRecorder recorder, LoadClass loadClass)
{
    private readonly long begin = Stopwatch.GetTimestamp();

    /// <param name="askedDelay">The part of the wait that the request asked for.</param>
    public void Succeeded(TimeSpan askedDelay = default) => recorder.Succeeded(loadClass, WaitMs(askedDelay));

    public void Failed(RequestFailedException failure, string servedBy = "") =>
        recorder.Failed(loadClass, WaitMs(TimeSpan.Zero), failure, servedBy);

    private double WaitMs(TimeSpan askedDelay) =>
        Math.Round(Math.Max(0, (Stopwatch.GetElapsedTime(begin) - askedDelay).TotalMilliseconds), 3);
}
