package main
import ("testing";"time";"context";"fmt")
func TestDbg(t *testing.T){
 root,_:=repository(); conf,_:=readConf("",root)
 b:=&bench{dir:t.TempDir(),conf:conf}
 ss,err:=b.open(context.Background(), smsd("/usr/sbin/smsd"),1)
 if err!=nil{t.Fatal(err)}
 t0:=time.Now()
 ss.octets=make(chan time.Time,100)
 for i:=0;i<60;i++{
 for len(ss.octets)>0 {<-ss.octets}
 time.Sleep(30*time.Millisecond)
 at,_:=ss.drop(1)
 to:=time.After(1500*time.Millisecond)
 var evs []string
 for { select { case e:=<-ss.sent.watcher.Events: evs=append(evs,fmt.Sprint(time.Since(at), e));  if len(evs)<5 {continue}; case <-to: }; break }
 if len(ss.octets)!=1 {fmt.Println(i, time.Since(t0), len(ss.octets), ss.journal.Len(), ss.next,evs)} else if i<3 { fmt.Println(i, (<-ss.octets).Sub(at), evs) }
 }
 for _,r:=range ss.journal.Records()[:10]{fmt.Printf("%+v\n",r)}
 ss.close()
}
