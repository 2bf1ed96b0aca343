using System.Net;

namespace K8sLb.Load;

/// <summary>What every client of a run shares.</summary>
internal sealed record LoadContext(LoadPlan Plan, LoadTarget Target, LoadRecorder Recorder)
{
    public TimeSpan RequestTimeout => TimeSpan.FromMilliseconds(Plan.RequestTimeoutMs);

    /// <param name="replaced">The client's connection before this one.</param>
    public async Task<Http1Connection> OpenHttp1Async(
        LoadClass loadClass,
        TrackedConnection? replaced,
        CancellationToken cancellation
    )
    {
        var bytes = await ConnectAsync(Target.Http1(), cancellation);
        return new(bytes, Target.Host, Recorder.Opened(loadClass, replaced));
    }

    /// <param name="replaced">The client's connection before this one.</param>
    public async Task<Http2Connection> OpenHttp2Async(
        LoadClass loadClass,
        TrackedConnection? replaced,
        CancellationToken cancellation
    )
    {
        var bytes = await ConnectAsync(Target.Http2(), cancellation);
        return await Http2Connection.OpenAsync(bytes, Target.Host, Recorder.Opened(loadClass, replaced), cancellation);
    }

    private Task<ByteConnection> ConnectAsync(EndPoint address, CancellationToken cancellation) =>
        ByteConnection.ConnectAsync(address, TimeSpan.FromMilliseconds(Plan.ConnectTimeoutMs), cancellation);
}
