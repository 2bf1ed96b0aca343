using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Control;

/// <summary>
/// The sending half of a control stream: a request body that goes on for as long as the stream. One writer, a line at a
/// time, each flushed.
/// </summary>
internal sealed class OutgoingLines : HttpContent
{
    private const int Waiting = 64;
    private readonly CancellationToken ended;
    private readonly Channel<SidecarMessage> lines = Channel.CreateBounded<SidecarMessage>(
        new BoundedChannelOptions(Waiting) { SingleReader = true }
    );

    public OutgoingLines(CancellationToken ended)
    {
        this.ended = ended;
        Headers.ContentType = new MediaTypeHeaderValue(ControlStream.ContentType);
    }

    public ValueTask SendAsync(SidecarMessage message) => lines.Writer.WriteAsync(message, ended);

    /// <summary>Left out where the stream is stuck: the next one says more.</summary>
    public void SendIfRoom(SidecarMessage message) => lines.Writer.TryWrite(message);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await foreach (var message in lines.Reader.ReadAllAsync(ended))
        {
            await JsonSerializer.SerializeAsync(stream, message, ProtocolJson.Default.SidecarMessage, ended);
            stream.WriteByte((byte)'\n');
            await stream.FlushAsync(ended);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
