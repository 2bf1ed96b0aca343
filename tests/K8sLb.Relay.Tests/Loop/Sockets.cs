using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Relay.Tests.Loop;

/// <summary>What the other end does.</summary>
internal static class Sockets
{
    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    internal static Task<byte[]> Drain(Socket socket) =>
        Task.Run(async () =>
            {
                using var all = new MemoryStream();
                var buffer = new byte[65_536];
                for (int count; (count = await socket.ReceiveAsync(buffer)) > 0; )
                {
                    all.Write(buffer.AsSpan(0, count));
                }
                return all.ToArray();
            })
            .WaitAsync(TimeSpan.FromSeconds(60));

    internal static async Task<string> Read(Socket socket, int length)
    {
        var buffer = new byte[length];
        for (var at = 0; at < length; )
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(at));
            count.ShouldBeGreaterThan(0);
            at += count;
        }
        return Encoding.ASCII.GetString(buffer);
    }

    /// <summary>Sends back what comes, reading only while the other side takes it.</summary>
    internal static void Echo(Channel channel) =>
        channel.Owner = new Callback(ready =>
        {
            for (var read = 0; !ready.HasBacklog; read++)
            {
                if (read == EventLoop.ReadsPerTurn)
                {
                    ready.Loop.Defer(ready);
                    return;
                }
                var status = ready.Fill();
                if (status == ReadStatus.Data)
                {
                    ready.Send(ready.Input);
                    ready.Consume(ready.Input.Length);
                }
                else if (status == ReadStatus.End)
                {
                    ready.End();
                    ready.Close();
                    return;
                }
                else
                {
                    return;
                }
            }
        });
}
