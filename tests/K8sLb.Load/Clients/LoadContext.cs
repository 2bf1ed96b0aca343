using System.Net;

namespace K8sLb.Load;

/// <summary>What every client of a run shares.</summary>
internal sealed record LoadContext(LoadPlan Plan, LoadTarget Target, LoadRecorder Recorder)
{
    public TimeSpan RequestTimeout => TimeSpan.FromMilliseconds(Plan.RequestTimeoutMs);

    public async Task<Http1Connection> OpenHttp1Async(LoadClass loadClass, CancellationToken cancellation)
    {
        var bytes = await ConnectAsync(Target.Http1(), cancellation);
        return new(bytes, Target.Host, Recorder.Opened(loadClass));
    }

    public async Task<Http2Connection> OpenHttp2Async(CancellationToken cancellation)
    {
        var bytes = await ConnectAsync(Target.Http2(), cancellation);
        return await Http2Connection.OpenAsync(bytes, Target.Host, Recorder.Opened(LoadClass.Http2), cancellation);
    }

    private Task<ByteConnection> ConnectAsync(EndPoint address, CancellationToken cancellation) =>
        ByteConnection.ConnectAsync(address, TimeSpan.FromMilliseconds(Plan.ConnectTimeoutMs), cancellation);
}
