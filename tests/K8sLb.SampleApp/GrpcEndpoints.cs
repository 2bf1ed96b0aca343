using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace K8sLb.SampleApp;

/// <summary>
/// The gRPC service <c>shop.Shop</c>, by hand: its messages are bytes, so there is nothing to generate. A message has a flag byte
/// (0, not compressed) and four bytes of length in front of it; the status comes in trailers.
/// </summary>
internal static class GrpcEndpoints
{
    private const int PrefixSize = 5;
    private const int LargestMessage = 64 * 1024;

    // https://grpc.io/docs/guides/status-codes
    private const int Ok = 0;
    private const int InvalidArgument = 3;

    /// <summary>Unary: the message comes back.</summary>
    public static async Task Echo(HttpContext context)
    {
        Begin(context);
        // All of it: a unary call has one message, and the client ends its side after it.
        ReadResult request;
        while (!(request = await context.Request.BodyReader.ReadAsync(context.RequestAborted)).IsCompleted)
        {
            context.Request.BodyReader.AdvanceTo(request.Buffer.Start, request.Buffer.End);
        }
        var isOne = SizeOf(request.Buffer) == request.Buffer.Length;
        if (isOne)
        {
            Write(context, request.Buffer);
        }
        context.Request.BodyReader.AdvanceTo(request.Buffer.End);
        End(context, isOne ? Ok : InvalidArgument);
    }

    /// <summary>Bidirectional streaming: each message comes back as soon as it is whole.</summary>
    public static async Task Chat(HttpContext context)
    {
        Begin(context);
        await context.Response.StartAsync(context.RequestAborted);
        while (true)
        {
            var request = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
            var left = request.Buffer;
            while (SizeOf(left) is { } size && size <= left.Length)
            {
                Write(context, left.Slice(0, size));
                left = left.Slice(size);
            }
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            var isBad = SizeOf(left) > PrefixSize + LargestMessage || (request.IsCompleted && left.Length > 0);
            context.Request.BodyReader.AdvanceTo(left.Start, left.End);
            if (isBad || request.IsCompleted)
            {
                End(context, isBad ? InvalidArgument : Ok);
                return;
            }
        }
    }

    private static void Begin(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        // A stream may be silent for as long as it likes.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } limit)
        {
            limit.MinDataRate = null;
        }
    }

    private static void End(HttpContext context, int status) =>
        context.Response.AppendTrailer("grpc-status", status.ToString(CultureInfo.InvariantCulture));

    /// <summary>Of the first message with its prefix; null where the prefix is not whole.</summary>
    private static long? SizeOf(ReadOnlySequence<byte> messages)
    {
        if (messages.Length < PrefixSize)
        {
            return null;
        }
        Span<byte> prefix = stackalloc byte[PrefixSize];
        messages.Slice(0, PrefixSize).CopyTo(prefix);
        return PrefixSize + (long)BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
    }

    private static void Write(HttpContext context, ReadOnlySequence<byte> message)
    {
        foreach (var part in message)
        {
            context.Response.BodyWriter.Write(part.Span);
        }
    }
}
