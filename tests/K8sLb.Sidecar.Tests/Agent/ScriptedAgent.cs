using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Agent;

/// <summary>An application's agent that says what it is told to, to everybody who connects.</summary>
internal sealed class ScriptedAgent(IPEndPoint at) : SocketServer(at)
{
    private int asked;

    public static ScriptedAgent Listening(IPEndPoint at, string says = "up", int? httpStatus = null)
    {
        var agent = new ScriptedAgent(at) { Says = says, HttpStatus = httpStatus };
        agent.Start();
        return agent;
    }

    public required string Says { get; set; }

    /// <summary>Of the answer to a request by HTTP; null where a connection is all that it waits for.</summary>
    public int? HttpStatus { get; set; }

    public int Asked => Volatile.Read(ref asked);

    /// <summary>What was sent by who asked last, where it waits for something.</summary>
    public string Heard { get; private set; } = "";

    protected override async Task ServeAsync(Socket client)
    {
        var line = Says + "\n";
        if (HttpStatus is { } status)
        {
            var request = new byte[4096];
            Heard = Encoding.ASCII.GetString(request, 0, await client.ReceiveAsync(request));
            line = $"HTTP/1.1 {status} Said\r\nContent-Length: {line.Length}\r\n\r\n{line}";
        }
        await client.SendAsync(Encoding.ASCII.GetBytes(line));
        Interlocked.Increment(ref asked);
    }
}
